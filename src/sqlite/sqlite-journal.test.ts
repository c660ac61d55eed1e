import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ManualClock } from '../fakes/manual-clock.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import { acceptedRecord, journalContract, sampleRecord } from '../ports/journal.contract.ts';
import { failing, fillDisk, isWrite, smallDisk, temporaryDirectory } from './disk-faults.contract.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { SqliteJournal, type SqliteJournalOptions } from './sqlite-journal.ts';
import { checkpointAfterMs } from './sqlite-writer.ts';

function openJournal(t: TestContext, options: Partial<SqliteJournalOptions> = {}): SqliteJournal {
  const file = options.file ?? join(temporaryDirectory(t), 'state', 'journal.db');
  const journal = SqliteJournal.open({ clock: new ManualClock(), ...options, file });
  t.after(() => journal.close());
  return journal;
}

const uidsOf = (journal: SqliteJournal): readonly unknown[] => journal.read({}).map(({ record }) => record.uid);

journalContract('SqliteJournal', (t) => {
  const file = join(temporaryDirectory(t), 'state', 'journal.db');
  let full = false;
  const journal = openJournal(t, { file, wrap: failing((sql) => full && isWrite(sql)) });
  return {
    journal,
    reopen: () => {
      journal.close();
      return openJournal(t, { file });
    },
    failWrites: (failing) => {
      full = failing;
    },
  };
});

describe('SqliteJournal', () => {
  it('open() makes a private file in a private directory, and so are its companions', async (t) => {
    const directory = join(temporaryDirectory(t), 'a', 'b');
    const journal = openJournal(t, { file: join(directory, 'journal.db') });
    await journal.append([acceptedRecord('a')]);
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    const names = readdirSync(directory).sort();
    assert.deepEqual(names, ['journal.db', 'journal.db-shm', 'journal.db-wal']);
    for (const name of names) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name);
    journal.close();
    assert.deepEqual(readdirSync(directory), ['journal.db']);
  });

  it('open() takes back a mode that lets others read', (t) => {
    const file = join(temporaryDirectory(t), 'journal.db');
    appendFileSync(file, '', { mode: 0o644 });
    openJournal(t, { file });
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('open() asks SQLite to sync every commit, with a write-ahead log', (t) => {
    let connection: SqliteConnection | undefined;
    openJournal(t, {
      wrap: (it) => {
        connection = it;
        return it;
      },
    });
    assert.deepEqual({ ...connection?.all('PRAGMA synchronous')[0] }, { synchronous: 2 });
    assert.deepEqual({ ...connection?.all('PRAGMA journal_mode')[0] }, { journal_mode: 'wal' });
  });

  it('append() puts the calls of one tick into one transaction', async (t) => {
    const statements: string[] = [];
    const journal = openJournal(t, {
      wrap: failing((sql) => {
        statements.push(sql.slice(0, 6));
        return false;
      }),
    });
    await Promise.all(['a', 'b', 'c'].map((uid) => journal.append([acceptedRecord(uid)])));
    await journal.append([acceptedRecord('d')]);
    assert.deepEqual(statements, ['BEGIN ', 'INSERT', 'INSERT', 'INSERT', 'COMMIT', 'BEGIN ', 'INSERT', 'COMMIT']);
  });

  for (const [step, matches] of [
    ['BEGIN', (sql: string) => sql.startsWith('BEGIN')],
    ['the third INSERT', isWrite],
    ['COMMIT', (sql: string) => sql === 'COMMIT'],
  ] as const) {
    it(`append() stores nothing of the tick when ${step} fails, and goes on afterwards`, async (t) => {
      let armed = false;
      let left = step === 'the third INSERT' ? 3 : 1;
      const fails = (sql: string): boolean => {
        if (armed && matches(sql)) left -= 1;
        return armed && matches(sql) && left === 0;
      };
      const journal = openJournal(t, { wrap: failing(fails) });
      await journal.append([acceptedRecord('before')]);
      armed = true;
      const results = await Promise.allSettled(['a', 'b', 'c', 'd'].map((uid) => journal.append([acceptedRecord(uid)])));
      for (const result of results) {
        assert.ok(result.status === 'rejected' && result.reason instanceof HookletError);
        assert.equal(result.reason.code, 'journalUnwritable');
        assert.equal(result.reason.retry, 'later');
        assert.match(result.reason.message, /journal\.db' failed: database or disk is full; free space on its file system$/);
      }
      assert.deepEqual(uidsOf(journal), ['before']);
      await journal.append([acceptedRecord('after')]);
      assert.deepEqual(uidsOf(journal), ['before', 'after']);
    });
  }

  it('append() fails only the call whose record cannot be written as text', async (t) => {
    const journal = openJournal(t);
    const results = await Promise.allSettled([
      journal.append([{ ...acceptedRecord('a'), spec: 1n } as never]),
      journal.append([acceptedRecord('b')]),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'fulfilled'],
    );
    assert.deepEqual(uidsOf(journal), ['b']);
  });

  it('reports a listener that throws', async (t) => {
    const thrown: unknown[] = [];
    const journal = openJournal(t, { onListenerError: (error) => thrown.push(error) });
    journal.onRecord(() => {
      throw new Error('listener');
    });
    await journal.append([acceptedRecord('a')]);
    assert.deepEqual(thrown.map(String), ['Error: listener']);
  });

  it('openPods() does not read the history of removed Pods', async (t) => {
    let rows = 0;
    const journal = openJournal(t, {
      wrap: (connection) => ({
        ...connection,
        all: (sql, ...values) => {
          const result = connection.all(sql, ...values);
          rows += result.length;
          return result;
        },
      }),
    });
    const old = Array.from({ length: 100 }, (_, index) => `old-${index}`);
    const life = (uid: string) => [acceptedRecord(uid), ...Array.from({ length: 30 }, () => sampleRecord(uid, 'container.ready'))];
    await journal.append(old.flatMap((uid) => [...life(uid), sampleRecord(uid, 'pod.removed')]));
    await journal.append(life('living'));
    rows = 0;
    assert.equal(journal.openPods()[0]?.records.length, 31);
    assert.equal(rows, 1 + 31);
  });

  it('moves its log into the file once nothing was written for a second', async (t) => {
    const file = join(temporaryDirectory(t), 'journal.db');
    const clock = new ManualClock();
    const journal = openJournal(t, { file, clock });
    const emptySize = statSync(file).size;
    await journal.append([acceptedRecord('a')]);
    await clock.advance(checkpointAfterMs - 1);
    await journal.append([acceptedRecord('b')]);
    await clock.advance(checkpointAfterMs - 1);
    assert.equal(statSync(file).size, emptySize);
    await clock.advance(checkpointAfterMs);
    assert.ok(statSync(file).size > emptySize);
    assert.equal(clock.pending, 0);
    assert.deepEqual(uidsOf(journal), ['a', 'b']);
  });

  it('close() leaves no wait behind', async (t) => {
    const clock = new ManualClock();
    const journal = openJournal(t, { clock });
    await journal.append([acceptedRecord('a')]);
    assert.equal(clock.pending, 1);
    journal.close();
    assert.equal(clock.pending, 0);
  });
});

describe('SqliteJournal and its disk', () => {
  it('append() says journalUnwritable on a full disk, and works again when there is space', async (t) => {
    const directory = smallDisk(t);
    const journal = openJournal(t, { file: join(directory, 'journal.db') });
    await journal.append([acceptedRecord('before')]);
    const freeDisk = fillDisk(directory);
    const big = Array.from({ length: 100 }, () => acceptedRecord('big'));
    for (let round = 0; round < 3; round += 1) {
      await assert.rejects(journal.append(big), { code: 'journalUnwritable', message: /free space on its file system$/ });
    }
    assert.deepEqual(uidsOf(journal), ['before']);
    freeDisk();
    await journal.append([acceptedRecord('after')]);
    assert.deepEqual(uidsOf(journal), ['before', 'after']);
    journal.close();
    assert.deepEqual(uidsOf(openJournal(t, { file: join(directory, 'journal.db') })), ['before', 'after']);
  });

  it('keeps what was acknowledged when its process is killed', (t) => {
    const file = join(temporaryDirectory(t), 'journal.db');
    const program = `
      import { writeSync } from 'node:fs';
      import { SqliteJournal } from ${JSON.stringify(new URL('sqlite-journal.ts', import.meta.url).href)};
      import { ManualClock } from ${JSON.stringify(new URL('../fakes/manual-clock.ts', import.meta.url).href)};
      const journal = SqliteJournal.open({ file: ${JSON.stringify(file)}, clock: new ManualClock() });
      for (const uid of ['a', 'b']) {
        await journal.append([{ time: '2030-01-01T00:00:00.000Z', pod: 'default/' + uid, uid, type: 'pod.removed' }]);
        writeSync(1, uid);
      }
      void journal.append([{ time: '2030-01-01T00:00:00.000Z', pod: 'default/c', uid: 'c', type: 'pod.removed' }]);
      process.kill(process.pid, 'SIGKILL');
      for (;;);`;
    let printed: unknown;
    try {
      execFileSync(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
      assert.fail('it was not killed');
    } catch (error) {
      assert.equal((error as { signal?: unknown }).signal, 'SIGKILL');
      printed = String((error as { stdout?: unknown }).stdout);
    }
    assert.equal(printed, 'ab');
    assert.deepEqual(uidsOf(openJournal(t, { file })), ['a', 'b']);
  });
});
