/**
 * A process that writes to an object store until it is killed: `node store-writer.ts <json of WriterOrder>`.
 *
 * 1. `story`: plays `store-story.ts`. `dieAt` is `kill -9` of itself at one statement, right before it or once it is done
 *    and nobody knows.
 * 2. `storm`: writes for ever; who started it kills it.
 * 3. What is durable is said in a line on stdout, by a write that has ended before anything else is done.
 */
import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ManualClock } from '../../src/fakes/manual-clock.ts';
import type { ObjectKey, ObjectStore, ObjectWrite, StoredObject } from '../../src/ports/object-store.ts';
import { encodeSample, sampleOf, samplePut, sampleRemove } from '../../src/ports/object-store-samples.contract.ts';
import type { SqliteConnection } from '../../src/sqlite/sqlite-connection.ts';
import { SqliteObjectStore } from '../../src/sqlite/sqlite-object-store.ts';
import { STORY } from './store-story.ts';

export interface StatementDeath {
  /** Of those that are no reading, counted from 1. */
  readonly statement: number;
  readonly moment: 'before' | 'after';
}

export interface WriterOrder {
  readonly file: string;
  readonly play: 'story' | 'storm';
  readonly dieAt?: StatementDeath;
  /** Names the calls of this process: no other one on this file has the same. */
  readonly life?: number;
}

/** One object as a call left it. */
export interface SaidObject {
  readonly name: string;
  readonly rv: number;
  readonly text: string;
}

export type WriterLine =
  | { readonly type: 'opening' }
  | { readonly type: 'act'; readonly index: number }
  | { readonly type: 'statement'; readonly sql: string }
  | { readonly type: 'stored'; readonly call: string; readonly objects: readonly SaidObject[] }
  | { readonly type: 'compacted'; readonly oldest: number };

const say = (line: WriterLine): void => void writeSync(1, `${JSON.stringify(line)}\n`);

function mortal(connection: SqliteConnection, death: StatementDeath | undefined): SqliteConnection {
  let count = 0;
  const around = <T>(sql: string, work: () => T): T => {
    count += 1;
    const moment = death?.statement === count ? death.moment : undefined;
    if (moment === 'before') process.kill(process.pid, 'SIGKILL');
    const result = work();
    if (moment === 'after') process.kill(process.pid, 'SIGKILL');
    say({ type: 'statement', sql: sql.slice(0, 20) });
    return result;
  };
  return {
    ...connection,
    exec: (sql) => around(sql, () => connection.exec(sql)),
    run: (sql, ...values) => around(sql, () => connection.run(sql, ...values)),
  };
}

/** Writes of three Pods at a time, in a pattern that meets the same ones again and again. */
function stormCall(store: ObjectStore, call: string, index: number): readonly ObjectWrite[] {
  return [0, 1, 2].map((part): ObjectWrite => {
    const key: ObjectKey = { resource: 'pods', namespace: 'default', name: `pod-${part}-${(index * 7) % 10}` };
    const now = store.get(key);
    const text = `${call} ${'x'.repeat((index * 997) % 9000)}`;
    if (now !== undefined && (index + part) % 4 === 0) {
      return { ...sampleRemove(key, now.resourceVersion), encode: encodeSample(key, text) };
    }
    return samplePut(key, now?.resourceVersion ?? 'absent', text, (index + part) % 5 === 0 ? index : undefined);
  });
}

const toSaid = (object: StoredObject): SaidObject => ({ name: object.key.name, rv: object.resourceVersion, text: sampleOf(object).text });

async function storm(store: ObjectStore, life: number): Promise<void> {
  for (let index = 0; ; index += 3) {
    const calls = [index, index + 1, index + 2].map(async (each) => {
      const call = `${life}.${each}`;
      const objects = await store.apply(stormCall(store, call, each));
      say({ type: 'stored', call, objects: objects.map(toSaid) });
    });
    await Promise.all(calls);
    if (index % 5 === 0) store.expire(index - 20);
    if (index % 4 === 0) {
      store.compact(60);
      say({ type: 'compacted', oldest: store.oldestResourceVersion });
    }
  }
}

if (import.meta.main) {
  const { file, play, dieAt, life = 0 } = JSON.parse(parseArgs({ allowPositionals: true }).positionals[0] ?? '') as WriterOrder;
  say({ type: 'opening' });
  const wrap = (connection: SqliteConnection): SqliteConnection => (play === 'story' ? mortal(connection, dieAt) : connection);
  const store = SqliteObjectStore.open({ file, clock: new ManualClock(), wrap });
  if (play === 'storm') await storm(store, life);
  for (const [index, act] of STORY.entries()) {
    await act(store);
    say({ type: 'act', index });
  }
  store.close();
}
