/** An object store whose process is killed at every statement, and in the middle of anything. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ManualClock } from '../../src/fakes/manual-clock.ts';
import { MemoryObjectStore } from '../../src/fakes/memory-object-store.ts';
import { openSqliteReadOnly } from '../../src/sqlite/sqlite-connection.ts';
import { SqliteObjectStore } from '../../src/sqlite/sqlite-object-store.ts';
import { wrongsOf } from './store-check.ts';
import { runWriter } from './store-run.ts';
import { dumpOf, STORY } from './store-story.ts';
import type { StatementDeath, WriterLine } from './store-writer.ts';

const LIVES = 12;

/** A life in the storm is over after at most so many lines. */
const MOST_LINES = 120;

/** What is there before and after each act, when nobody is killed. */
async function undisturbed(): Promise<readonly object[]> {
  const store = new MemoryObjectStore();
  const dumps = [dumpOf(store)];
  for (const act of STORY) {
    await act(store);
    dumps.push(dumpOf(store));
  }
  return dumps;
}

const open = (file: string): SqliteObjectStore => SqliteObjectStore.open({ file, clock: new ManualClock() });

const actsIn = (lines: readonly WriterLine[]): number => lines.filter(({ type }) => type === 'act').length;

function integrityOf(file: string): unknown {
  const connection = openSqliteReadOnly(file);
  try {
    return connection.all('PRAGMA integrity_check').map((row) => row['integrity_check']);
  } finally {
    connection.close();
  }
}

describe('kill -9 of the process that writes to an object store', { concurrency: 2 }, () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hooklet-store-crash-'));
  });
  after(() => rm(dir, { recursive: true }));

  it('at every statement leaves each transaction whole or not at all, and the next process goes on', async (t) => {
    const dumps = await undisturbed();
    const whole = await runWriter({ file: join(dir, 'whole.db'), play: 'story' });
    deepEqual([whole.end, actsIn(whole.lines)], [0, STORY.length], whole.stderr);
    const statements = whole.lines.flatMap((line) => (line.type === 'statement' ? [line.sql] : []));
    const commits = statements.flatMap((sql, index) => (sql === 'COMMIT' ? [index + 1] : []));
    equal(commits.length, STORY.length);
    const deaths: StatementDeath[] = [
      ...statements.map((_, index) => ({ statement: index + 1, moment: 'before' as const })),
      ...commits.map((statement) => ({ statement, moment: 'after' as const })),
    ];
    for (const death of deaths) {
      const file = join(dir, `${death.moment}-${death.statement}.db`);
      const { end, lines, stderr } = await runWriter({ file, play: 'story', dieAt: death });
      equal(end, 'SIGKILL', stderr);
      const done = commits.filter((commit) => commit < death.statement || (death.moment === 'after' && commit === death.statement)).length;
      ok(actsIn(lines) <= done);
      const store = open(file);
      try {
        deepEqual({ death, dump: dumpOf(store) }, { death, dump: dumps[done] });
        for (const act of STORY.slice(done)) await act(store);
        deepEqual({ death, dump: dumpOf(store) }, { death, dump: dumps.at(-1) });
      } finally {
        store.close();
      }
    }
    t.diagnostic(`${deaths.length} deaths`);
  });

  it('in the middle of anything, life after life, loses nothing that was acknowledged and leaves no gap', async (t) => {
    const file = join(dir, 'storm.db');
    const lines: WriterLine[] = [];
    let newest = 0;
    for (let life = 1; life <= LIVES; life += 1) {
      // The first line comes before the file is opened: one life ends there.
      const killAt = life === 1 ? 1 : 1 + Math.floor(Math.random() * MOST_LINES);
      const run = await runWriter({ file, play: 'storm', life }, killAt);
      equal(run.end, 'SIGKILL', run.stderr);
      lines.push(...run.lines);
      const store = open(file);
      try {
        deepEqual(
          { life, killAt, integrity: integrityOf(file), wrongs: wrongsOf(store, lines) },
          { life, killAt, integrity: ['ok'], wrongs: [] },
        );
        ok(store.resourceVersion >= newest, `${newest} -> ${store.resourceVersion}`);
        newest = store.resourceVersion;
      } finally {
        store.close();
      }
    }
    t.diagnostic(`${LIVES} lives, ${newest} changes, ${lines.length} lines`);
  });
});
