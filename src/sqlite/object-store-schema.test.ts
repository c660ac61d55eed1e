import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ManualClock } from '../fakes/manual-clock.ts';
import { podKey, sampleOf, samplePut } from '../ports/object-store-samples.contract.ts';
import { databaseFrom, fixtures, schemaOf } from './database-fixtures.contract.ts';
import { migrateDatabase } from './database-schema.ts';
import { temporaryDirectory } from './disk-faults.contract.ts';
import { objectStoreKind, objectStoreMigrations } from './object-store-schema.ts';
import { openSqlite } from './sqlite-connection.ts';
import { SqliteObjectStore } from './sqlite-object-store.ts';

const versions = objectStoreMigrations.map((_step, index) => index + 1);
const storeOf = (version: number, t: TestContext): string => databaseFrom(`store-${version}.sql`, t);
const newFile = (t: TestContext): string => join(temporaryDirectory(t), 'store.db');

function opened(file: string, t: TestContext): SqliteObjectStore {
  const store = SqliteObjectStore.open({ file, clock: new ManualClock() });
  t.after(() => store.close());
  return store;
}

describe('an object store of an older hooklet', () => {
  it('is kept in a fixture for every version that there was', () => {
    const kept = readdirSync(fixtures).filter((name) => name.startsWith('store-'));
    assert.deepEqual(kept.sort(), versions.map((version) => `store-${version}.sql`).sort());
  });

  for (const version of versions) {
    it(`of version ${version} keeps objects, changes and moments, and is written on: no number is given twice`, async (t) => {
      const store = opened(storeOf(version, t), t);
      assert.deepEqual([store.resourceVersion, store.oldestResourceVersion], [12, 5]);
      const changes = ['pods', 'events', 'coordination.k8s.io/leases', 'nodes'].flatMap((resource) => store.changesSince({ resource }, 5));
      assert.deepEqual(
        changes.map(({ kind, object, previous }) => [object.resourceVersion, kind, object.key.name, previous?.resourceVersion]),
        [
          [6, 'modified', "o'neil", 4],
          [8, 'added', 'b', undefined],
          [10, 'deleted', 'b', 8],
          [7, 'added', 'e', undefined],
          [11, 'added', 'f', undefined],
          [12, 'deleted', 'e', 7],
          [9, 'modified', 'node', 5],
        ],
      );
      const textsAt = (at: number): readonly string[] =>
        store.list({ resource: 'pods' }, { at }).items.map((object) => sampleOf(object).text);
      assert.deepEqual([textsAt(5), textsAt(8), textsAt(12)], [['one'], ['', 'two'], ['two']]);
      const [next] = await store.apply([samplePut(podKey('b'), 'absent')]);
      assert.equal(next?.resourceVersion, 13);
      store.expire(2001);
      assert.equal(store.count({ resource: 'events' }), 0);
    });

    it(`of version ${version} comes to the same tables as a new one`, (t) => {
      const [old, young] = [storeOf(version, t), newFile(t)];
      for (const file of [old, young]) opened(file, t).close();
      assert.deepEqual(schemaOf(old), schemaOf(young));
    });

    it(`of version ${version} was made by steps that nobody has edited since`, (t) => {
      const file = newFile(t);
      const connection = openSqlite(file);
      migrateDatabase({ ...objectStoreKind, migrations: objectStoreMigrations.slice(0, version) }, connection, file);
      connection.close();
      assert.deepEqual(schemaOf(storeOf(version, t)), schemaOf(file));
    });
  }
});
