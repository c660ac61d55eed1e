/** What a store goes through before it is killed: every act is one transaction. */
import type { ObjectKey, ObjectStore, ObjectWrite, StoredObject } from '../../src/ports/object-store.ts';
import { encodeSample, samplePut, sampleRemove } from '../../src/ports/object-store-samples.contract.ts';

export const RESOURCES = ['pods', 'events'] as const;

const pod = (name: string): ObjectKey => ({ resource: 'pods', namespace: 'default', name });
const event = (name: string): ObjectKey => ({ resource: 'events', namespace: 'default', name });

const there = (store: ObjectStore, key: ObjectKey): StoredObject => {
  const object = store.get(key);
  if (object === undefined) throw new Error(`There is no ${key.name}`);
  return object;
};
const change = (store: ObjectStore, key: ObjectKey, text: string): ObjectWrite => samplePut(key, there(store, key).resourceVersion, text);
const remove = (store: ObjectStore, key: ObjectKey): ObjectWrite => sampleRemove(key, there(store, key).resourceVersion);

export const STORY: readonly ((store: ObjectStore) => Promise<unknown> | unknown)[] = [
  (store) => store.apply([samplePut(pod('a'), 'absent', 'one'), samplePut(pod('b'), 'absent', 'x'.repeat(20_000))]),
  (store) =>
    Promise.allSettled([
      store.apply([change(store, pod('a'), 'two')]),
      store.apply([samplePut(pod('c'), 'absent'), samplePut(pod('b'), 'absent')]),
      store.apply([samplePut(event('e'), 'absent', '', 5), samplePut(event('f'), 'absent', '', 50)]),
    ]),
  (store) => store.apply([remove(store, pod('b')), change(store, pod('a'), 'three')]),
  (store) => store.expire(10),
  (store) => store.compact(3),
  (store) => store.apply([{ kind: 'put', key: pod('b'), uid: 'another', expect: 'absent', encode: encodeSample(pod('b'), 'again') }]),
];

const readable = ({ json, ...object }: StoredObject): object => ({ ...object, json: new TextDecoder().decode(json) });

/** Everything that a store can be asked. */
export function dumpOf(store: ObjectStore): object {
  const { resourceVersion, oldestResourceVersion: oldest } = store;
  const moments = Array.from({ length: resourceVersion - oldest + 1 }, (_, index) => oldest + index);
  const contents = RESOURCES.map((resource) => ({
    states: moments.map((at) => store.list({ resource }, { at }).items.map(readable)),
    now: store.list({ resource }).items.map(readable),
    changes: store.changesSince({ resource }, oldest).map(({ kind, object, previous }) => ({
      kind,
      object: readable(object),
      previous: previous && readable(previous),
    })),
  }));
  return { resourceVersion, oldest, contents };
}
