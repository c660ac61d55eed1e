/** What the contract of the object store is made of; for the tests of others too. */
import type { TestContext } from 'node:test';
import { hasCode } from './hooklet-error.ts';
import type { ObjectChange, ObjectKey, ObjectStore, ObjectWrite, StoredObject } from './object-store.ts';

export interface ObjectStoreSubject {
  readonly store: ObjectStore;
  /** Closes this one and opens what it left, like the next process. */
  reopen(): ObjectStore;
  /** From now on every write fails, until it is called again with false. */
  failWrites(failing: boolean): void;
}

export const podKey = (name: string, namespace = 'default'): ObjectKey => ({ resource: 'pods', namespace, name });

/** The bytes of an object with no more than the store looks at, and a text to tell one state from another. */
export const encodeSample =
  ({ namespace, name }: ObjectKey, text: string) =>
  (resourceVersion: number): Uint8Array =>
    new TextEncoder().encode(JSON.stringify({ metadata: { name, namespace, resourceVersion: String(resourceVersion) }, text }));

export function samplePut(key: ObjectKey, expect: 'absent' | number, text = '', expiresAtMs?: number): ObjectWrite {
  const expiry = expiresAtMs === undefined ? {} : { expiresAtMs };
  return { kind: 'put', key, uid: `uid-${key.name}`, expect, encode: encodeSample(key, text), ...expiry };
}

export const sampleRemove = (key: ObjectKey, expect: number): ObjectWrite => ({
  kind: 'remove',
  key,
  expect,
  encode: encodeSample(key, 'last'),
});

interface Sample {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly text: string;
}

export const sampleOf = ({ json }: Pick<StoredObject, 'json'>): Sample => JSON.parse(new TextDecoder().decode(json)) as Sample;

export const allPods = { resource: 'pods' };
export const unwritable = (error: unknown): boolean => hasCode(error, 'storeUnwritable');
export const namesOf = (objects: readonly StoredObject[]): readonly string[] => objects.map(({ key }) => `${key.namespace}/${key.name}`);
export const versionsOf = (changes: readonly ObjectChange[]): readonly number[] => changes.map(({ object }) => object.resourceVersion);

/** Adds Pods of these names, one a tick. */
export async function addAll(store: ObjectStore, ...names: readonly string[]): Promise<void> {
  for (const name of names) await store.apply([samplePut(podKey(name), 'absent')]);
}

/** The store, and then what it left. */
export function* nowAndReopened({ store, reopen }: ObjectStoreSubject): Generator<ObjectStore> {
  yield store;
  yield reopen();
}

export function compactAll(store: ObjectStore, keepChanges: number): void {
  while (store.compact(keepChanges));
}

export type OpenObjectStore = (t: TestContext) => ObjectStoreSubject;
