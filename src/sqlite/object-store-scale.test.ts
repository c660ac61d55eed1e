/** A full machine and more: what 10,000 objects and 200 listeners cost. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ManualClock } from '../fakes/manual-clock.ts';
import type { ListOptions, ListPage, ObjectKey, ObjectStore, StoredObject } from '../ports/object-store.ts';
import { allPods, podKey, samplePut } from '../ports/object-store-samples.contract.ts';
import { temporaryDirectory } from './disk-faults.contract.ts';
import { SqliteObjectStore } from './sqlite-object-store.ts';

const OBJECTS = 10_000;
const LISTENERS = 200;
const A_TICK = 100;
const PAGE = 500;

/** About as long as a Pod is. */
const text = 'x'.repeat(4000);
const keyOf = (index: number): ObjectKey => podKey(`pod-${String(index).padStart(5, '0')}`, `ns-${index % 20}`);

/** The store, and how many rows it has read. */
function openCounting(t: TestContext): { readonly store: ObjectStore; rowsRead(): number } {
  let rows = 0;
  const store = SqliteObjectStore.open({
    file: join(temporaryDirectory(t), 'store.db'),
    clock: new ManualClock(),
    wrap: (connection) => ({
      ...connection,
      all: (sql, ...values) => {
        const result = connection.all(sql, ...values);
        rows += result.length;
        return result;
      },
    }),
  });
  t.after(() => store.close());
  return { store, rowsRead: () => rows };
}

async function putAll(store: ObjectStore): Promise<void> {
  for (let first = 0; first < OBJECTS; first += A_TICK) {
    const keys = Array.from({ length: A_TICK }, (_, index) => keyOf(first + index));
    await Promise.all(keys.map((key) => store.apply([samplePut(key, store.get(key)?.resourceVersion ?? 'absent', text)])));
  }
}

function* pagesOf(store: ObjectStore, options: ListOptions): Generator<ListPage> {
  let last: StoredObject | undefined;
  for (let more = true; more; ) {
    const page = store.list(allPods, { ...options, ...(last === undefined ? {} : { after: last.key }) });
    yield page;
    last = page.items.at(-1);
    more = page.more;
  }
}

/** Of the heap and of the buffers outside it, after a collection. */
function bytesInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe('an object store of 10,000 objects', () => {
  it('tells 200 listeners 20,000 changes, each once and in order, and keeps none of them in memory', async (t) => {
    const { store } = openCounting(t);
    const before = bytesInUse();
    const next = new Array<number>(LISTENERS).fill(1);
    const wrongs: string[] = [];
    for (let listener = 0; listener < LISTENERS; listener += 1) {
      store.onChange(({ object }) => {
        if (object.resourceVersion !== next[listener]) wrongs.push(`${listener}: ${object.resourceVersion}`);
        next[listener] = object.resourceVersion + 1;
      });
    }
    await putAll(store);
    await putAll(store);
    assert.deepEqual(wrongs.slice(0, 10), []);
    assert.deepEqual([...new Set(next)], [2 * OBJECTS + 1]);
    const kept = bytesInUse() - before;
    // Kept, they would be 40 MiB at least, 80 with the states before; what is left is compiled code and the test's own.
    assert.ok(kept < 20 * 1024 * 1024, `${kept} bytes for ${OBJECTS} objects`);
  });

  it('reads for a page, for a change and for a compaction no more than these are', async (t) => {
    const { store, rowsRead } = openCounting(t);
    await putAll(store);
    await putAll(store);
    // One row says which object comes next, one is the object; and the count of what follows.
    const mostRows = 2 * PAGE + 1;
    for (const at of [OBJECTS, 2 * OBJECTS]) {
      const names: string[] = [];
      for (const page of pagesOf(store, { at, limit: PAGE })) {
        names.push(...page.items.map(({ key }) => `${key.namespace}/${key.name}`));
        assert.equal(page.remaining, OBJECTS - names.length);
      }
      assert.equal(new Set(names).size, OBJECTS);
      assert.deepEqual(names, names.toSorted());
    }
    const beforePage = rowsRead();
    store.list(allPods, { at: OBJECTS, limit: PAGE, after: keyOf(9_000) });
    assert.ok(rowsRead() - beforePage <= mostRows);

    const beforeChanges = rowsRead();
    assert.equal(store.changesSince(allPods, 2 * OBJECTS - PAGE, PAGE).length, PAGE);
    assert.ok(rowsRead() - beforeChanges <= mostRows);

    const beforeCompaction = rowsRead();
    while (store.compact(PAGE));
    assert.equal(rowsRead() - beforeCompaction, 0);
    assert.deepEqual([store.count(allPods), store.oldestResourceVersion], [OBJECTS, 2 * OBJECTS - PAGE]);
  });
});
