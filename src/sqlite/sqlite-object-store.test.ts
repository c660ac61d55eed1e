import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ManualClock } from '../fakes/manual-clock.ts';
import { hasCode } from '../ports/hooklet-error.ts';
import { objectStoreContract } from '../ports/object-store.contract.ts';
import type { ObjectStore, StoredObject } from '../ports/object-store.ts';
import { addAll, allPods, namesOf, podKey, samplePut, sampleRemove } from '../ports/object-store-samples.contract.ts';
import { failing, fillDisk, isWrite, smallDisk, temporaryDirectory } from './disk-faults.contract.ts';
import { objectStoreMigrations } from './object-store-schema.ts';
import { openSqlite, type SqliteConnection } from './sqlite-connection.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { SqliteObjectStore, type SqliteObjectStoreOptions } from './sqlite-object-store.ts';

function openStore(t: TestContext, options: Partial<SqliteObjectStoreOptions> = {}): SqliteObjectStore {
  const file = options.file ?? join(temporaryDirectory(t), 'state', 'store.db');
  const store = SqliteObjectStore.open({ clock: new ManualClock(), ...options, file });
  t.after(() => store.close());
  return store;
}

objectStoreContract('SqliteObjectStore', (t) => {
  const file = join(temporaryDirectory(t), 'state', 'store.db');
  let full = false;
  const store = openStore(t, { file, wrap: failing((sql) => full && isWrite(sql)) });
  return {
    store,
    reopen: () => {
      store.close();
      return openStore(t, { file });
    },
    failWrites: (failing) => {
      full = failing;
    },
  };
});

const namesIn = (store: ObjectStore): readonly string[] => namesOf(store.list(allPods).items);

/** A store and its connection, as it is. */
function openWithConnection(t: TestContext): { readonly store: SqliteObjectStore; readonly connection: SqliteConnection } {
  let connection: SqliteConnection | undefined;
  const wrap = (it: SqliteConnection): SqliteConnection => {
    connection = it;
    return it;
  };
  const store = openStore(t, { wrap });
  assert.ok(connection);
  return { store, connection };
}

describe('SqliteObjectStore', () => {
  it('open() makes a private file, and so are its companions', async (t) => {
    const directory = join(temporaryDirectory(t), 'a', 'b');
    const store = openStore(t, { file: join(directory, 'store.db') });
    await addAll(store, 'a');
    const names = readdirSync(directory).sort();
    assert.deepEqual(names, ['store.db', 'store.db-shm', 'store.db-wal']);
    for (const name of names) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name);
    store.close();
    assert.deepEqual(readdirSync(directory), ['store.db']);
  });

  it('open() asks SQLite to sync every commit, with a write-ahead log', (t) => {
    const { connection } = openWithConnection(t);
    assert.deepEqual({ ...connection.all('PRAGMA synchronous')[0] }, { synchronous: 2 });
    assert.deepEqual({ ...connection.all('PRAGMA journal_mode')[0] }, { journal_mode: 'wal' });
  });

  it('open() refuses the store of a newer hooklet, a journal, and what is no database, and leaves them alone', (t) => {
    const directory = temporaryDirectory(t);
    const newer = join(directory, 'newer.db');
    openStore(t, { file: newer }).close();
    const connection = openSqlite(newer);
    const version = objectStoreMigrations.length + 1;
    connection.run('UPDATE schema_version SET version = ?', version);
    connection.close();
    const journal = join(directory, 'journal.db');
    SqliteJournal.open({ file: journal, clock: new ManualClock() }).close();
    const damaged = join(directory, 'damaged.db');
    appendFileSync(damaged, 'x'.repeat(10_000));
    const newerMessage = `the object store '${newer}' has version ${version}, this hooklet knows versions up to ${version - 1}; use the newer hooklet that wrote it, or another --state-dir`;
    for (const [file, message] of [
      [newer, newerMessage],
      [journal, `the database '${journal}' is not an object store of hooklet; move it away or use another --state-dir`],
      [
        damaged,
        /^reading the object store '.*damaged\.db' failed: file is not a database; the file is damaged or is no object store: move it away/,
      ],
    ] as const) {
      const before = statSync(file).size;
      assert.throws(() => openStore(t, { file }), { code: 'hostLacks', message });
      assert.equal(statSync(file).size, before);
    }
  });

  it('apply() puts the calls of one tick into one transaction, without those that are refused', async (t) => {
    const statements: string[] = [];
    const wrap = failing((sql) => {
      statements.push(sql.slice(0, 6));
      return false;
    });
    const store = openStore(t, { wrap });
    const put = (name: string) => store.apply([samplePut(podKey(name), 'absent')]);
    await Promise.allSettled([put('a'), put('a'), put('b')]);
    assert.deepEqual(statements, ['BEGIN ', 'INSERT', 'INSERT', 'INSERT', 'INSERT', 'COMMIT']);
  });

  for (const [step, matches] of [
    ['BEGIN', (sql: string) => sql.startsWith('BEGIN')],
    ['the third write', isWrite],
    ['COMMIT', (sql: string) => sql === 'COMMIT'],
  ] as const) {
    it(`apply() stores nothing of the tick when ${step} fails, and goes on afterwards`, async (t) => {
      let left = Number.POSITIVE_INFINITY;
      const fails = (sql: string): boolean => {
        if (matches(sql)) left -= 1;
        return matches(sql) && left === 0;
      };
      const store = openStore(t, { wrap: failing(fails) });
      await addAll(store, 'before');
      left = step === 'the third write' ? 3 : 1;
      const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => store.apply([samplePut(podKey(name), 'absent')])));
      for (const result of results) {
        assert.ok(result.status === 'rejected' && hasCode(result.reason, 'storeUnwritable'));
        assert.equal(result.reason.retry, 'later');
        assert.match(result.reason.message, /^writing the object store '.*store\.db' failed: .* is full; free space on its file system$/);
      }
      assert.deepEqual([namesIn(store), store.resourceVersion], [['default/before'], 1]);
      await addAll(store, 'after');
      assert.deepEqual([namesIn(store), store.resourceVersion], [['default/after', 'default/before'], 2]);
    });
  }

  it('reports a listener that throws', async (t) => {
    const thrown: unknown[] = [];
    const store = openStore(t, { onListenerError: (error) => thrown.push(error) });
    store.onChange(() => {
      throw new Error('listener');
    });
    await addAll(store, 'a');
    assert.deepEqual(thrown.map(String), ['Error: listener']);
  });

  it('compact() gives the space of forgotten states back for new ones', async (t) => {
    const { store, connection } = openWithConnection(t);
    const pages = (): number => Number(connection.all('PRAGMA page_count')[0]?.['page_count']);
    const text = 'x'.repeat(8000);
    await store.apply([samplePut(podKey('a'), 'absent', text)]);
    const change = async (): Promise<void> => {
      for (let count = 0; count < 200; count += 1) await store.apply([samplePut(podKey('a'), store.resourceVersion, text)]);
      while (store.compact(10));
    };
    for (let round = 0; round < 2; round += 1) await change();
    const before = pages();
    for (let round = 0; round < 3; round += 1) await change();
    assert.ok(pages() <= before + 10, `${before} -> ${pages()}`);
    const rows = (): unknown => connection.all('SELECT count(*) AS count FROM versions')[0]?.['count'];
    assert.equal(rows(), 11);
    await store.apply([samplePut(podKey('b'), 'absent'), sampleRemove(podKey('a'), store.resourceVersion)]);
    store.compact(0);
    assert.equal(rows(), 1);
  });

  it('seeks to every page and every change: no query walks a table or sorts', async (t) => {
    const plans: string[] = [];
    const wrap = (connection: SqliteConnection): SqliteConnection => ({
      ...connection,
      all: (sql, ...values) => {
        const steps = connection.all(`EXPLAIN QUERY PLAN ${sql}`, ...values).map(({ detail }) => String(detail));
        plans.push(...steps.map((step) => `${step} <- ${sql}`));
        return connection.all(sql, ...values);
      },
    });
    const store = openStore(t, { wrap });
    const [a] = await store.apply([samplePut(podKey('a'), 'absent', '', 1), samplePut(podKey('b'), 'absent')]);
    plans.length = 0;
    for (const range of [allPods, { ...allPods, namespace: 'default' }]) {
      store.count(range);
      store.changesSince(range, 0);
      for (const at of [1, 2]) {
        store.list(range, { at, limit: 1 });
        store.list(range, { at, limit: 1, after: podKey('a') });
      }
    }
    store.get((a as StoredObject).key);
    store.expire(10);
    assert.ok(plans.length > 30);
    assert.deepEqual(
      plans.filter((plan) => /^(SCAN (?!\(subquery|CONSTANT)|USE TEMP B-TREE)/.test(plan)),
      [],
    );
    const pages = plans.filter((plan) => /\(namespace, name\) >|AND name >/.test(plan) && plan.startsWith('SEARCH'));
    for (const plan of pages) assert.match(plan, /resource=\? AND (\(namespace,name\)>\(\?,\?\)|namespace=\? AND name>\?)/);
  });
});

describe('SqliteObjectStore and its disk', () => {
  it('apply() says storeUnwritable on a full disk, and works again when there is space', async (t) => {
    const directory = smallDisk(t);
    const file = join(directory, 'store.db');
    const store = openStore(t, { file });
    await addAll(store, 'before');
    const freeDisk = fillDisk(directory);
    const big = 'x'.repeat(200_000);
    for (let round = 0; round < 3; round += 1) {
      const put = store.apply([samplePut(podKey('small'), 'absent'), samplePut(podKey('big'), 'absent', big)]);
      await assert.rejects(put, { code: 'storeUnwritable', message: /free space on its file system$/ });
    }
    assert.deepEqual(namesIn(store), ['default/before']);
    freeDisk();
    await addAll(store, 'after');
    await store.apply([sampleRemove(podKey('before'), 1)]);
    store.close();
    const next = openStore(t, { file });
    assert.deepEqual([namesIn(next), next.resourceVersion], [['default/after'], 3]);
  });
});
