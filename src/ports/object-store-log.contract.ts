/** The part of the object store's contract that is about its change log. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { hasCode } from './hooklet-error.ts';
import type { ObjectChange, StoredObject } from './object-store.ts';
import {
  addAll,
  allPods,
  compactAll,
  namesOf,
  nowAndReopened,
  type OpenObjectStore,
  podKey,
  sampleOf,
  samplePut,
  sampleRemove,
  unwritable,
  versionsOf,
} from './object-store-samples.contract.ts';

const expired = (error: unknown): boolean => hasCode(error, 'storeExpired');

export function changesContract(open: OpenObjectStore): void {
  it('changesSince() tells every change with the state before it, oldest first', async (t) => {
    const subject = open(t);
    const { store } = subject;
    const [added] = await store.apply([samplePut(podKey('a'), 'absent', 'one')]);
    const [modified] = await store.apply([samplePut(podKey('a'), 1, 'two')]);
    const [deleted] = await store.apply([sampleRemove(podKey('a'), 2)]);
    const expected = [
      { kind: 'added', object: added },
      { kind: 'modified', object: modified, previous: added },
      { kind: 'deleted', object: deleted, previous: modified },
    ];
    for (const each of nowAndReopened(subject)) {
      assert.deepEqual(each.changesSince(allPods, 0), expected);
      assert.deepEqual(each.changesSince(allPods, 2), expected.slice(2));
      assert.deepEqual([each.changesSince(allPods, 3), each.changesSince(allPods, 99)], [[], []]);
    }
  });

  it('changesSince() keeps to its range and its limit', async (t) => {
    const { store } = open(t);
    const keys = [podKey('a'), podKey('a', 'other'), { ...podKey('a'), resource: 'events' }, podKey('b')];
    await store.apply(keys.map((key) => samplePut(key, 'absent')));
    assert.deepEqual(versionsOf(store.changesSince(allPods, 0)), [1, 2, 4]);
    assert.deepEqual(versionsOf(store.changesSince(allPods, 0, 2)), [1, 2]);
    assert.deepEqual(versionsOf(store.changesSince({ ...allPods, namespace: 'default' }, 0)), [1, 4]);
    assert.deepEqual(versionsOf(store.changesSince({ ...allPods, namespace: 'default' }, 1, 1)), [4]);
    assert.deepEqual(versionsOf(store.changesSince({ resource: 'events' }, 0)), [3]);
  });

  it('changesSince() stops at 1000 changes unless told otherwise', async (t) => {
    const { store } = open(t);
    await store.apply(Array.from({ length: 1001 }, (_, index) => samplePut(podKey(`pod-${index}`), 'absent')));
    assert.equal(store.changesSince(allPods, 0).length, 1000);
    assert.equal(store.changesSince(allPods, 0, 2000).length, 1001);
  });
}

export function listenerContract(open: OpenObjectStore): void {
  it('onChange() hears every durable change once, in order, as changesSince() tells it', async (t) => {
    const { store } = open(t);
    const heard: ObjectChange[] = [];
    let toldEarly = 0;
    store.onChange((change) => {
      const version = change.object.resourceVersion;
      // Counted, not asserted: what a listener throws nobody hears.
      if (versionsOf(store.changesSince(allPods, version - 1, 1))[0] !== version) toldEarly += 1;
      heard.push(change);
    });
    await Promise.all([addAll(store, 'a', 'b'), store.apply([samplePut(podKey('c'), 'absent')])]);
    const a = store.get(podKey('a')) as StoredObject;
    const b = store.get(podKey('b')) as StoredObject;
    await store.apply([samplePut(a.key, a.resourceVersion), sampleRemove(b.key, b.resourceVersion)]);
    assert.deepEqual(versionsOf(heard), [1, 2, 3, 4, 5]);
    assert.deepEqual(heard, store.changesSince(allPods, 0));
    assert.equal(toldEarly, 0);
  });

  it('onChange() tells before apply() resolves, and all listeners the same bytes', async (t) => {
    const { store } = open(t);
    const heard: Uint8Array[] = [];
    for (let count = 0; count < 2; count += 1) store.onChange(({ object }) => heard.push(object.json));
    const [object] = await store.apply([samplePut(podKey('a'), 'absent')]);
    assert.equal(heard.length, 2);
    for (const json of heard) assert.equal(json, object?.json);
  });

  it('a listener that throws harms neither the change nor the other listeners', async (t) => {
    const { store } = open(t);
    let heard = 0;
    store.onChange(() => {
      throw new Error('listener');
    });
    store.onChange(() => {
      heard += 1;
    });
    await addAll(store, 'a', 'b');
    assert.equal(heard, 2);
  });

  it('the same listener may listen twice, and stop once; one that was stopped hears nothing more', async (t) => {
    const { store } = open(t);
    const heard: string[] = [];
    let stopLast = (): void => {};
    const listener = ({ object }: ObjectChange): void => void heard.push(object.key.name);
    const stopFirst = store.onChange(listener);
    store.onChange(listener);
    await addAll(store, 'a');
    stopFirst();
    store.onChange(() => stopLast());
    stopLast = store.onChange(() => heard.push('stopped'));
    await addAll(store, 'b');
    assert.deepEqual(heard, ['a', 'a', 'b']);
  });

  it('a listener that comes in the middle of a telling misses nothing and hears nothing twice', async (t) => {
    const { store } = open(t);
    const seen: number[] = [];
    const stop = store.onChange(() => {
      stop();
      seen.push(...versionsOf(store.changesSince(allPods, 0)));
      store.onChange(({ object }) => void seen.push(object.resourceVersion));
    });
    await store.apply(['a', 'b', 'c'].map((name) => samplePut(podKey(name), 'absent')));
    await addAll(store, 'd');
    assert.deepEqual(seen, [1, 2, 3, 4]);
  });

  it('a listener may change the store: everybody hears of it after what came before', async (t) => {
    const { store } = open(t);
    const heard: number[] = [];
    let applied: Promise<unknown> | undefined;
    store.onChange(({ object }) => {
      if (object.resourceVersion !== 1) return;
      applied = store.apply([samplePut(podKey('z'), 'absent')]);
      store.expire(100);
    });
    store.onChange(({ object }) => void heard.push(object.resourceVersion));
    await store.apply([samplePut(podKey('a'), 'absent', '', 1), samplePut(podKey('b'), 'absent')]);
    await applied;
    assert.deepEqual(heard, [1, 2, 3, 4]);
    assert.deepEqual(versionsOf(store.changesSince(allPods, 0)), heard);
  });
}

export function compactContract(open: OpenObjectStore): void {
  it('compact() forgets the oldest changes and keeps the objects and the moments since', async (t) => {
    const subject = open(t);
    const { store } = subject;
    await addAll(store, 'same', 'changed', 'removed');
    await store.apply([samplePut(podKey('changed'), 2, 'two'), sampleRemove(podKey('removed'), 3)]);
    await store.apply([samplePut(podKey('changed'), 4, 'three'), samplePut(podKey('new'), 'absent')]);
    const [all, kept] = [store.list(allPods), store.changesSince(allPods, 4)];
    const moments = [4, 5, 6].map((at) => store.list(allPods, { at }));
    compactAll(store, 3);
    for (const each of nowAndReopened(subject)) {
      assert.equal(each.oldestResourceVersion, 4);
      assert.deepEqual(each.changesSince(allPods, 4), kept);
      assert.deepEqual(
        [4, 5, 6].map((at) => each.list(allPods, { at })),
        moments,
      );
      assert.deepEqual(each.list(allPods), all);
      assert.throws(() => each.changesSince(allPods, 3), expired);
      assert.throws(() => each.changesSince({ resource: 'nodes' }, 0), expired);
      assert.throws(() => each.list(allPods, { at: 3 }), {
        code: 'storeExpired',
        message: /resourceVersion 3 is too old.* back to 4; list again/,
      });
    }
  });

  it('compact() of everything keeps every object, and no resourceVersion is given twice', async (t) => {
    const { store, reopen } = open(t);
    await addAll(store, 'a', 'b');
    await store.apply([sampleRemove(podKey('b'), 2)]);
    compactAll(store, 0);
    const next = reopen();
    assert.deepEqual([next.resourceVersion, next.oldestResourceVersion], [3, 3]);
    assert.deepEqual(namesOf(next.list(allPods, { at: 3 }).items), ['default/a']);
    assert.deepEqual(next.changesSince(allPods, 3), []);
    const [b] = await next.apply([samplePut(podKey('b'), 'absent')]);
    assert.equal(b?.resourceVersion, 4);
    await next.apply([samplePut(podKey('a'), 1)]);
    assert.equal(next.changesSince(allPods, 4)[0]?.previous?.resourceVersion, 1);
  });

  it('compact() within the limit does nothing, and does its work in pieces', async (t) => {
    const { store } = open(t);
    await store.apply(Array.from({ length: 2500 }, (_, index) => samplePut(podKey(`pod-${index}`), 'absent')));
    assert.equal(store.compact(2500), false);
    assert.equal(store.oldestResourceVersion, 0);
    assert.equal(store.compact(10), true);
    const some = store.oldestResourceVersion;
    assert.ok(some > 0 && some <= 1000, `${some}`);
    compactAll(store, 10);
    assert.equal(store.oldestResourceVersion, 2490);
    assert.equal(store.count(allPods), 2500);
  });

  it('compact() throws storeUnwritable and forgets nothing when it cannot write', async (t) => {
    const { store, failWrites } = open(t);
    await addAll(store, 'a', 'b');
    failWrites(true);
    assert.throws(() => store.compact(0), unwritable);
    assert.equal(store.oldestResourceVersion, 0);
    assert.equal(store.changesSince(allPods, 0).length, 2);
  });
}

export function expireContract(open: OpenObjectStore): void {
  it('expire() removes what is past its time, the first to expire first, and tells it', async (t) => {
    const { store, reopen } = open(t);
    const heard: ObjectChange[] = [];
    store.onChange((change) => heard.push(change));
    const lives = { later: 20, first: 10, limit: 21, never: undefined } as const;
    for (const [name, expiresAtMs] of Object.entries(lives)) await store.apply([samplePut(podKey(name), 'absent', name, expiresAtMs)]);
    assert.equal(store.expire(21), false);
    assert.deepEqual(
      heard.slice(4).map(({ kind, object, previous }) => [kind, object.key.name, object.resourceVersion, previous?.resourceVersion]),
      [
        ['deleted', 'first', 5, 2],
        ['deleted', 'later', 6, 1],
      ],
    );
    const last = sampleOf(heard[4]?.object as StoredObject);
    assert.deepEqual([last.metadata.resourceVersion, last.metadata.name, last.text], ['5', 'first', 'first']);
    assert.deepEqual(store.changesSince(allPods, 0), heard);
    const next = reopen();
    assert.deepEqual(namesOf(next.list(allPods).items), ['default/limit', 'default/never']);
    next.expire(22);
    next.expire(22);
    assert.deepEqual([namesOf(next.list(allPods).items), next.resourceVersion], [['default/never'], 7]);
  });

  it('expire() goes by the last put, and by what was applied before it in the tick', async (t) => {
    const { store } = open(t);
    await store.apply(['longer', 'for-ever'].map((name) => samplePut(podKey(name), 'absent', '', 10)));
    const applied = store.apply([samplePut(podKey('longer'), 1, '', 20), samplePut(podKey('for-ever'), 2)]);
    store.expire(15);
    await applied;
    assert.equal(store.count(allPods), 2);
    store.expire(30);
    assert.deepEqual(namesOf(store.list(allPods).items), ['default/for-ever']);
  });

  it('expire() does its work in pieces', async (t) => {
    const { store } = open(t);
    await store.apply(Array.from({ length: 1500 }, (_, index) => samplePut(podKey(`pod-${index}`), 'absent', '', index)));
    assert.equal(store.expire(1400), true);
    assert.ok(store.count(allPods) >= 500);
    while (store.expire(1400));
    assert.equal(store.count(allPods), 100);
  });

  it('expire() throws storeUnwritable and removes nothing when it cannot write', async (t) => {
    const { store, failWrites } = open(t);
    await store.apply([samplePut(podKey('a'), 'absent', '', 1)]);
    failWrites(true);
    assert.throws(() => store.expire(10), unwritable);
    assert.deepEqual([store.count(allPods), store.resourceVersion], [1, 1]);
  });
}
