import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { PodRecord } from '../core/journal-record.ts';
import { foldRecords, type PodHistory } from '../core/pod/pod-history.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { acceptedRecord } from '../ports/journal.contract.ts';
import { databaseFrom, fixtures, rowsOf, schemaOf } from './database-fixtures.contract.ts';
import { databaseVersion, migrateDatabase } from './database-schema.ts';
import { temporaryDirectory } from './disk-faults.contract.ts';
import { journalKind, journalMigrations } from './journal-schema.ts';
import { openSqlite } from './sqlite-connection.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { SqliteJournalReader } from './sqlite-journal-reader.ts';

const versions = journalMigrations.map((_step, index) => index + 1);

const temporaryFile = (t: TestContext): string => join(temporaryDirectory(t), 'journal.db');

const journalOf = (version: number, t: TestContext): string => databaseFrom(`journal-${version}.sql`, t);

const storedIn = (file: string): readonly unknown[] =>
  rowsOf(file, 'SELECT seq, json FROM records ORDER BY seq').map((row) => {
    const { seq, json } = row as { readonly seq: number; readonly json: string };
    return { seq, record: JSON.parse(json) as unknown };
  });

/** Opens and closes the journal as an agent does. */
function migrated(file: string): string {
  SqliteJournal.open({ file, clock: new ManualClock() }).close();
  return file;
}

describe('a journal of an older hooklet', () => {
  it('is kept in a fixture for every version that there was', () => {
    const kept = readdirSync(fixtures).filter((name) => name.startsWith('journal-'));
    assert.deepEqual(kept.sort(), versions.map((version) => `journal-${version}.sql`).sort());
  });

  for (const version of versions) {
    it(`of version ${version} keeps every record, and its open Pods`, (t) => {
      const file = journalOf(version, t);
      const before = storedIn(file);
      const journal = SqliteJournal.open({ file, clock: new ManualClock() });
      t.after(() => journal.close());
      assert.equal(before.length, 28);
      assert.deepEqual(journal.read({}), before);
      const open = journal.openPods();
      assert.deepEqual(
        open.map(({ uid, records }) => [uid, records.length]),
        [
          ['u-stops', 12],
          ['u-again', 7],
        ],
      );
      const [stops, again] = open.map(({ records }) => foldRecords(records)) as [PodHistory, PodHistory];
      assert.equal(stops.deleting?.deadline.monotonicMs, 36_000);
      assert.deepEqual(
        { postStart: stops.containers['main']?.run?.postStart?.state, preStop: stops.containers['main']?.run?.preStop },
        { postStart: 'finished', preStop: { state: 'started', attempt: 1, retry: 0, at: at(5), execId: 'preStop-1' } },
      );
      assert.deepEqual(again.containers['main']?.run?.restarting, { backoffMs: 10_000 });
    });

    it(`of version ${version} can be read beside, and written on: no seq is given twice`, async (t) => {
      const file = journalOf(version, t);
      const lastSeq = Math.max(...(storedIn(file) as { readonly seq: number }[]).map(({ seq }) => seq));
      const journal = SqliteJournal.open({ file, clock: new ManualClock() });
      t.after(() => journal.close());
      await journal.append([acceptedRecord('new'), { ...removed, uid: 'u-stops', pod: 'default/stops' }]);
      const reader = SqliteJournalReader.open(file);
      t.after(() => reader?.close());
      assert.deepEqual(
        reader?.read({ afterSeq: lastSeq }).map(({ seq }) => seq),
        [lastSeq + 1, lastSeq + 2],
      );
      assert.deepEqual(
        reader?.openPods().map(({ uid }) => uid),
        ['u-again', 'new'],
      );
    });

    it(`of version ${version} comes to the same tables as a new one`, (t) => {
      assert.deepEqual(schemaOf(migrated(journalOf(version, t))), schemaOf(migrated(temporaryFile(t))));
    });

    it(`of version ${version} was made by steps that nobody has edited since`, (t) => {
      const file = temporaryFile(t);
      const connection = openSqlite(file);
      migrateDatabase({ ...journalKind, migrations: journalMigrations.slice(0, version) }, connection, file);
      connection.close();
      assert.deepEqual(schemaOf(journalOf(version, t)), schemaOf(file));
    });
  }
});

describe('migrateDatabase()', () => {
  const next = [...journalMigrations, 'ALTER TABLE records ADD COLUMN note TEXT; UPDATE records SET note = type;'];
  const nextKind = { ...journalKind, migrations: next };

  it('leads an older journal on, step by step, and leaves one that is there alone', (t) => {
    const file = journalOf(1, t);
    const before = storedIn(file);
    const connection = openSqlite(file);
    t.after(() => connection.close());
    for (let time = 0; time < 2; time += 1) {
      migrateDatabase(nextKind, connection, file);
      assert.equal(connection.all('SELECT version FROM schema_version')[0]?.['version'], next.length);
    }
    assert.deepEqual(storedIn(file), before);
    assert.equal(connection.all('SELECT count(*) AS count FROM records WHERE note = type')[0]?.['count'], before.length);
  });

  it('leaves the journal as it was when a step fails, for a hooklet that can do it', (t) => {
    const file = journalOf(1, t);
    const broken = openSqlite(file);
    assert.throws(() =>
      migrateDatabase({ ...journalKind, migrations: [...next, 'UPDATE records SET note = NULL; SELECT * FROM nothing;'] }, broken, file),
    );
    broken.close();
    const connection = openSqlite(file);
    t.after(() => connection.close());
    assert.equal(connection.all('SELECT version FROM schema_version')[0]?.['version'], next.length);
    assert.equal(connection.all('SELECT count(*) AS count FROM records WHERE note IS NULL')[0]?.['count'], 0);
    assert.throws(() => databaseVersion(journalKind, connection, file), {
      code: 'hostLacks',
      message: /use the newer hooklet that wrote it/,
    });
  });
});

const at = (seconds: number) => ({ bootId: 'boot-1', monotonicMs: 1000 + seconds * 1000, wallMs: Date.UTC(2030, 0, 1) + seconds * 1000 });
const removed = { time: '2030-01-01T00:01:00.000Z', type: 'pod.removed' } as const satisfies Partial<PodRecord>;
