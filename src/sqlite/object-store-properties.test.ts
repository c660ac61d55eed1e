/** Whatever is done to an object store: the one on disk, the one in memory and the plain model of both agree. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { ManualClock } from '../fakes/manual-clock.ts';
import { MemoryObjectStore } from '../fakes/memory-object-store.ts';
import { hasCode } from '../ports/hooklet-error.ts';
import type { ObjectChange, ObjectKey, ObjectRange, ObjectStore, ObjectWrite } from '../ports/object-store.ts';
import { ObjectStoreModel } from '../ports/object-store-model.contract.ts';
import { compactAll, samplePut, sampleRemove } from '../ports/object-store-samples.contract.ts';
import { temporaryDirectory } from './disk-faults.contract.ts';
import { SqliteObjectStore } from './sqlite-object-store.ts';

const resource = fc.constantFrom('pods', 'events');
const namespace = fc.constantFrom('', 'a', 'b');
const key: fc.Arbitrary<ObjectKey> = fc.record({ resource, namespace, name: fc.constantFrom('a', 'a-b', 'b') }, { noNullPrototype: true });
const range: fc.Arbitrary<ObjectRange> = fc.oneof(fc.record({ resource }), fc.record({ resource, namespace }));

/** `expect` is turned into a number when it is known where the object is. */
const write = fc.record({
  kind: fc.constantFrom('put' as const, 'put' as const, 'remove' as const),
  key,
  expect: fc.constantFrom('right', 'right', 'right', 'absent', 'stale'),
  text: fc.string({ unit: 'grapheme', maxLength: 3 }),
  expiresAtMs: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
});
type Wish = typeof write extends fc.Arbitrary<infer T> ? T : never;

const small = fc.integer({ min: 0, max: 4 });
const back = fc.integer({ min: -2, max: 12 });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('apply' as const), calls: fc.array(fc.array(write, { maxLength: 3 }), { maxLength: 3 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('list' as const),
      range,
      back,
      after: fc.option(key, { nil: undefined }),
      limit: fc.option(small, { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('changes' as const), range, back, limit: small }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const), nowMs: fc.integer({ min: 0, max: 7 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('compact' as const), keep: fc.integer({ min: 0, max: 10 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Plain = Exclude<Step, { readonly do: 'apply' }>;

function toWrite({ kind, key, expect, text, expiresAtMs }: Wish, model: ObjectStoreModel): ObjectWrite {
  const at = model.versionOf(key);
  const expected = expect === 'stale' ? at + 1 : at;
  if (kind === 'remove') return sampleRemove(key, expected);
  return samplePut(key, expect === 'absent' || expected === 0 ? 'absent' : expected, text, expiresAtMs);
}

/** A store under test, and what its listener heard in all its lives. */
class Subject {
  readonly heard: ObjectChange[] = [];
  readonly #reopen: () => ObjectStore;
  store: ObjectStore;

  constructor(store: ObjectStore, reopen: () => ObjectStore) {
    this.store = store;
    this.#reopen = reopen;
    this.#listen();
  }

  reopen(): void {
    this.store = this.#reopen();
    this.#listen();
  }

  /** A refusal answers with its code. */
  async answer(step: Plain, at: number): Promise<unknown> {
    try {
      return this.#do(step, at);
    } catch (error) {
      return codeOf(error);
    }
  }

  async apply(calls: readonly (readonly ObjectWrite[])[]): Promise<readonly unknown[]> {
    const results = await Promise.allSettled(calls.map((writes) => this.store.apply(writes)));
    return results.map((result) => (result.status === 'fulfilled' ? result.value : codeOf(result.reason)));
  }

  #do(step: Plain, at: number): unknown {
    switch (step.do) {
      case 'list': {
        const { after, limit } = step;
        return this.store.list(step.range, { at, ...(after === undefined ? {} : { after }), ...(limit === undefined ? {} : { limit }) });
      }
      case 'changes':
        return this.store.changesSince(step.range, at, step.limit);
      case 'expire':
        return this.store.expire(step.nowMs);
      case 'compact':
        return compactAll(this.store, step.keep);
      case 'reopen':
        return this.reopen();
    }
  }

  #listen(): void {
    this.store.onChange((change) => this.heard.push(change));
  }
}

const codeOf = (error: unknown): string => {
  assert.ok(hasCode(error, 'objectExists', 'objectConflict', 'storeExpired'), String(error));
  return error.code;
};

function expectedOf(step: Plain, at: number, model: ObjectStoreModel): unknown {
  switch (step.do) {
    case 'list':
      return model.list(step.range, at, step.after, step.limit ?? Number.POSITIVE_INFINITY);
    case 'changes':
      return model.changesSince(step.range, at, step.limit);
    case 'expire':
      model.expire(step.nowMs);
      return false;
    case 'compact':
      return model.compact(step.keep);
    case 'reopen':
      return undefined;
  }
}

async function applyToAll(wishes: readonly (readonly Wish[])[], subjects: readonly Subject[], model: ObjectStoreModel): Promise<void> {
  const calls: (readonly ObjectWrite[])[] = [];
  const expected: unknown[] = [];
  for (const call of wishes) {
    const writes = call.map((wish) => toWrite(wish, model));
    calls.push(writes);
    expected.push(model.apply(writes));
  }
  for (const subject of subjects) assert.deepEqual(await subject.apply(calls), expected);
}

async function play(steps: readonly Step[], subjects: readonly Subject[], model: ObjectStoreModel): Promise<void> {
  for (const step of steps) {
    if (step.do === 'apply') {
      await applyToAll(step.calls, subjects, model);
    } else {
      const at = 'back' in step ? Math.max(0, model.newest - step.back) : 0;
      const expected = expectedOf(step, at, model);
      for (const subject of subjects) assert.deepEqual(await subject.answer(step, at), expected);
    }
    for (const { store } of subjects) assert.deepEqual([store.resourceVersion, store.oldestResourceVersion], [model.newest, model.oldest]);
  }
  for (const { heard } of subjects) assert.deepEqual(heard, model.changes);
}

function onDisk(t: TestContext): Subject {
  const file = join(temporaryDirectory(t), 'store.db');
  const open = (): SqliteObjectStore => {
    const store = SqliteObjectStore.open({ file, clock: new ManualClock() });
    t.after(() => store.close());
    return store;
  };
  let store = open();
  return new Subject(store, () => {
    store.close();
    store = open();
    return store;
  });
}

function inMemory(): Subject {
  let store = new MemoryObjectStore();
  return new Subject(store, () => {
    store = store.reopen();
    return store;
  });
}

describe('for every course of writes', () => {
  it('SqliteObjectStore and MemoryObjectStore give the lists, changes, errors and tellings of the model', async (t) => {
    const courses = fc.array(step, { minLength: 5, maxLength: 40, size: 'max' });
    await fc.assert(
      fc.asyncProperty(courses, (steps) => play(steps, [onDisk(t), inMemory()], new ObjectStoreModel())),
      { numRuns: 60 },
    );
  });
});
