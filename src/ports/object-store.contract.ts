import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasCode } from './hooklet-error.ts';
import type { ObjectKey, ObjectWrite, StoredObject } from './object-store.ts';
import { changesContract, compactContract, expireContract, listenerContract } from './object-store-log.contract.ts';
import {
  addAll,
  allPods,
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

export function objectStoreContract(name: string, open: OpenObjectStore): void {
  describe(`${name} as ObjectStore`, () => {
    applyContract(open);
    refusalContract(open);
    listContract(open);
    momentContract(open);
    changesContract(open);
    listenerContract(open);
    compactContract(open);
    expireContract(open);
  });
}

function applyContract(open: OpenObjectStore): void {
  it('apply() adds, changes and removes, each with the next resourceVersion, and keeps it over a reopening', async (t) => {
    const subject = open(t);
    const { store } = subject;
    assert.equal(store.resourceVersion, 0);
    const [a, b] = await store.apply([samplePut(podKey('a'), 'absent', 'one'), samplePut(podKey('b'), 'absent')]);
    assert.deepEqual([a?.resourceVersion, b?.resourceVersion, store.resourceVersion], [1, 2, 2]);
    assert.deepEqual({ ...a, json: undefined }, { key: podKey('a'), uid: 'uid-a', resourceVersion: 1, json: undefined });
    const [changed] = await store.apply([samplePut(podKey('a'), 1, 'two')]);
    const [removed] = await store.apply([sampleRemove(podKey('b'), 2)]);
    assert.deepEqual([removed?.uid, removed?.resourceVersion, sampleOf(removed as StoredObject).text], ['uid-b', 4, 'last']);
    for (const each of nowAndReopened(subject)) {
      assert.deepEqual(each.get(podKey('a')), changed);
      assert.equal(sampleOf(each.get(podKey('a')) as StoredObject).metadata.resourceVersion, '3');
      assert.equal(each.get(podKey('b')), undefined);
      assert.equal(each.resourceVersion, 4);
    }
  });

  it('apply() keeps the order of the calls of one tick', async (t) => {
    const { store } = open(t);
    const results = await Promise.all(Array.from({ length: 50 }, (_, index) => store.apply([samplePut(podKey(`pod-${index}`), 'absent')])));
    assert.deepEqual(
      results.map(([object]) => [object?.key.name, object?.resourceVersion]),
      Array.from({ length: 50 }, (_, index) => [`pod-${index}`, index + 1]),
    );
  });

  it('apply() rejects all calls of a tick and stores none of them when it cannot write, and recovers', async (t) => {
    const { store, failWrites } = open(t);
    await addAll(store, 'a');
    const heard: string[] = [];
    store.onChange(({ object }) => void heard.push(object.key.name));
    failWrites(true);
    const results = await Promise.allSettled(['b', 'c'].map((name) => store.apply([samplePut(podKey(name), 'absent')])));
    for (const result of results) assert.ok(result.status === 'rejected' && unwritable(result.reason));
    assert.deepEqual([namesOf(store.list(allPods).items), store.resourceVersion], [['default/a'], 1]);
    failWrites(false);
    const [c] = await store.apply([samplePut(podKey('c'), 'absent')]);
    assert.equal(c?.resourceVersion, 2);
    assert.deepEqual(heard, ['c']);
    assert.equal(store.changesSince(allPods, 0).length, 2);
  });

  it('apply() of nothing resolves and tells nobody', async (t) => {
    const { store } = open(t);
    let heard = 0;
    store.onChange(() => {
      heard += 1;
    });
    assert.deepEqual(await store.apply([]), []);
    assert.deepEqual([store.resourceVersion, heard], [0, 0]);
  });

  it('close() makes durable what was applied before, and apply() is refused afterwards', async (t) => {
    const { store, reopen } = open(t);
    const applied = store.apply([samplePut(podKey('a'), 'absent')]);
    store.close();
    store.close();
    await applied;
    await assert.rejects(store.apply([samplePut(podKey('b'), 'absent')]), unwritable);
    assert.throws(() => store.expire(1), unwritable);
    assert.throws(() => store.compact(0), unwritable);
    assert.deepEqual(namesOf(reopen().list(allPods).items), ['default/a']);
  });
}

function refusalContract(open: OpenObjectStore): void {
  const neverEncoded = (write: ObjectWrite): ObjectWrite => ({ ...write, encode: () => assert.fail('it was refused') });

  it('apply() refuses what does not fit the object as it is, and says how it is', async (t) => {
    const { store } = open(t);
    await addAll(store, 'a');
    for (const [write, code, message] of [
      [samplePut(podKey('a'), 'absent'), 'objectExists', /^the object 'pods\/default\/a' exists already$/],
      [samplePut(podKey('a'), 7), 'objectConflict', /'pods\/default\/a' is at resourceVersion 1, not at 7; read it again/],
      [sampleRemove(podKey('a'), 7), 'objectConflict', /is at resourceVersion 1/],
      [samplePut(podKey('b'), 1), 'objectConflict', /'pods\/default\/b' does not exist any more/],
      [sampleRemove({ ...podKey('n'), resource: 'nodes', namespace: '' }, 1), 'objectConflict', /'nodes\/n' does not exist any more/],
    ] as const) {
      await assert.rejects(store.apply([neverEncoded(write)]), { name: 'HookletError', code, message });
    }
    assert.equal(store.resourceVersion, 1);
  });

  it('apply() lets one of two writers of a tick win', async (t) => {
    const { store } = open(t);
    await addAll(store, 'a');
    const [first, second] = await Promise.allSettled(['one', 'two'].map((text) => store.apply([samplePut(podKey('a'), 1, text)])));
    assert.equal(first?.status, 'fulfilled');
    assert.ok(second?.status === 'rejected' && hasCode(second.reason, 'objectConflict'));
    assert.equal(sampleOf(store.get(podKey('a')) as StoredObject).text, 'one');
  });

  it('apply() stores nothing of a call of which one write is refused, and all of the others', async (t) => {
    const { store } = open(t);
    await addAll(store, 'a');
    const broken = { ...samplePut(podKey('d'), 'absent'), encode: () => assert.fail('no text') };
    const results = await Promise.allSettled([
      store.apply([samplePut(podKey('b'), 'absent')]),
      store.apply([samplePut(podKey('c'), 'absent'), sampleRemove(podKey('a'), 1), samplePut(podKey('b'), 'absent')]),
      store.apply([samplePut(podKey('c'), 'absent'), broken]),
      store.apply([samplePut(podKey('e'), 'absent')]),
    ]);
    assert.deepEqual(
      results.map((result) => (result.status === 'fulfilled' ? result.value[0]?.resourceVersion : result.reason.message)),
      [2, "the object 'pods/default/b' exists already", 'no text', 3],
    );
    assert.deepEqual(namesOf(store.list(allPods).items), ['default/a', 'default/b', 'default/e']);
    assert.deepEqual(versionsOf(store.changesSince(allPods, 0)), [1, 2, 3]);
  });

  it('apply() sees in a write what the writes before it in the call did', async (t) => {
    const { store } = open(t);
    const again = await store.apply([
      samplePut(podKey('a'), 'absent', 'one'),
      sampleRemove(podKey('a'), 1),
      samplePut(podKey('a'), 'absent', 'two'),
    ]);
    assert.deepEqual(store.get(podKey('a')), again[2]);
    await assert.rejects(store.apply([samplePut(podKey('b'), 'absent'), samplePut(podKey('b'), 'absent')]), { code: 'objectExists' });
    assert.deepEqual(
      store.changesSince(allPods, 0).map(({ kind, previous }) => [kind, previous?.resourceVersion]),
      [
        ['added', undefined],
        ['deleted', 1],
        ['added', undefined],
      ],
    );
  });
}

function listContract(open: OpenObjectStore): void {
  const manyNamed = ["o'neil", 'z', 'a-1', 'a', 'a.b', '%', '_'];

  it('list() shows a range in the order of namespace and name; count() counts it', async (t) => {
    const subject = open(t);
    const { store } = subject;
    const keys = [...manyNamed.map((name) => podKey(name)), podKey('a', 'a-ns'), podKey('a', ''), podKey('a', 'z-ns')];
    await store.apply(keys.map((key) => samplePut(key, 'absent')));
    await store.apply([samplePut({ ...podKey('a'), resource: 'pods/x' }, 'absent')]);
    const inDefault = manyNamed.toSorted().map((name) => `default/${name}`);
    for (const each of nowAndReopened(subject)) {
      assert.deepEqual(namesOf(each.list(allPods).items), ['/a', 'a-ns/a', ...inDefault, 'z-ns/a']);
      assert.deepEqual(namesOf(each.list({ ...allPods, namespace: 'default' }).items), inDefault);
      assert.deepEqual(namesOf(each.list({ ...allPods, namespace: '' }).items), ['/a']);
      assert.deepEqual(each.list({ resource: "' OR 1=1 --" }), { items: [], resourceVersion: 11, more: false, remaining: 0 });
      assert.deepEqual(
        [each.count(allPods), each.count({ ...allPods, namespace: 'default' }), each.count({ resource: 'nodes' })],
        [10, 7, 0],
      );
      assert.deepEqual(each.list(allPods).items[0], each.get(podKey('a', '')));
    }
  });

  it('list() goes page by page, also past an object that is gone, and says how many follow', async (t) => {
    const { store } = open(t);
    const keys = ['a', 'b'].flatMap((namespace) => ['1', '2', '3'].map((name) => podKey(name, namespace)));
    await store.apply(keys.map((key) => samplePut(key, 'absent')));
    const first = store.list(allPods, { limit: 4 });
    assert.deepEqual(
      [namesOf(first.items), first.more, first.remaining, first.resourceVersion],
      [['a/1', 'a/2', 'a/3', 'b/1'], true, 2, 6],
    );
    await store.apply([sampleRemove(podKey('1', 'b'), 4)]);
    const second = store.list(allPods, { limit: 4, after: podKey('1', 'b') });
    assert.deepEqual([namesOf(second.items), second.more, second.remaining, second.resourceVersion], [['b/2', 'b/3'], false, 0, 7]);
    const inA = { ...allPods, namespace: 'a' };
    assert.deepEqual(store.list(inA, { limit: 1, after: podKey('1', 'a') }).remaining, 1);
    assert.deepEqual(namesOf(store.list(inA, { after: podKey('2', 'a') }).items), ['a/3']);
    assert.deepEqual(namesOf(store.list(inA, { after: podKey('9', '0') }).items), ['a/1', 'a/2', 'a/3']);
    assert.deepEqual(store.list(inA, { after: podKey('0', 'b') }).items, []);
    assert.deepEqual(store.list(allPods, { limit: 0 }), { items: [], resourceVersion: 7, more: true, remaining: 5 });
  });
}

function momentContract(open: OpenObjectStore): void {
  it('list({ at }) shows the state at a moment: what was changed, removed or made since is as it was', async (t) => {
    const subject = open(t);
    const { store } = subject;
    await addAll(store, 'changed', 'removed', 'replaced', 'same');
    const before = store.list(allPods);
    await store.apply([samplePut(podKey('changed'), 1, 'once')]);
    await store.apply([samplePut(podKey('changed'), 5, 'twice'), sampleRemove(podKey('removed'), 2), sampleRemove(podKey('replaced'), 3)]);
    await store.apply([samplePut(podKey('replaced'), 'absent', 'another'), samplePut(podKey('new'), 'absent')]);
    for (const each of nowAndReopened(subject)) {
      assert.deepEqual(each.list(allPods, { at: 4 }), before);
      assert.deepEqual(each.list(allPods, { at: 4, limit: 2 }), { ...before, items: before.items.slice(0, 2), more: true, remaining: 2 });
      const rest = each.list({ ...allPods, namespace: 'default' }, { at: 4, limit: 5, after: podKey('removed') });
      assert.deepEqual(rest, { ...before, items: before.items.slice(2) });
      assert.equal(sampleOf(each.list(allPods, { at: 5 }).items[0] as StoredObject).text, 'once');
      assert.deepEqual(namesOf(each.list(allPods, { at: 0 }).items), []);
      assert.deepEqual(each.list(allPods, { at: each.resourceVersion }), each.list(allPods));
      assert.deepEqual(each.list(allPods, { at: 1000 }), each.list(allPods));
    }
  });

  it('list({ at }) shows the same objects page by page, whatever is written between the pages', async (t) => {
    const { store } = open(t);
    await addAll(store, 'a', 'b', 'c', 'd', 'e');
    const whole = store.list(allPods);
    const seen: StoredObject[] = [];
    for (let more = true; more; ) {
      const page = store.list(allPods, {
        limit: 2,
        at: whole.resourceVersion,
        ...(seen.length === 0 ? {} : { after: seen.at(-1)?.key as ObjectKey }),
      });
      seen.push(...page.items);
      more = page.more;
      const last = store.list(allPods).items.at(-1) as StoredObject;
      await store.apply([sampleRemove(last.key, last.resourceVersion), samplePut(podKey(`b-${seen.length}`), 'absent')]);
    }
    assert.deepEqual(seen, whole.items);
  });
}
