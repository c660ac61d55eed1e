/** What every object store does alike: when it refuses, in the same words, and what it makes of a write. */
import { HookletError } from './hooklet-error.ts';
import type { ObjectChange, ObjectKey, ObjectWrite, StoredObject } from './object-store.ts';

const nameOf = ({ resource, namespace, name }: ObjectKey): string => [resource, namespace, name].filter((part) => part !== '').join('/');

/** `found`: where the object is now; absent when there is none. */
function objectConflict(key: ObjectKey, expected: number, found: number | undefined): HookletError {
  const state = found === undefined ? 'does not exist any more' : `is at resourceVersion ${found}`;
  return new HookletError(
    'objectConflict',
    `the object '${nameOf(key)}' ${state}, not at ${expected}; read it again and repeat the change`,
  );
}

export function storeExpired(resourceVersion: number, oldest: number): HookletError {
  return new HookletError(
    'storeExpired',
    `resourceVersion ${resourceVersion} is too old, the change log reaches back to ${oldest}; list again and go on from there`,
  );
}

/** The change that a write makes of an object as it is. Throws when it may not, or what `encode` throws. */
export function changeBy(write: ObjectWrite, previous: StoredObject | undefined, resourceVersion: number): ObjectChange {
  const { key, expect, encode } = write;
  if (write.kind === 'put' && expect === 'absent') {
    if (previous !== undefined) throw new HookletError('objectExists', `the object '${nameOf(key)}' exists already`);
    return { kind: 'added', object: { key, uid: write.uid, resourceVersion, json: encode(resourceVersion) } };
  }
  if (previous?.resourceVersion !== expect) throw objectConflict(key, Number(expect), previous?.resourceVersion);
  const uid = write.kind === 'put' ? write.uid : previous.uid;
  const object = { key, uid, resourceVersion, json: encode(resourceVersion) };
  return { kind: write.kind === 'put' ? 'modified' : 'deleted', object, previous };
}

/** The removal that `expire` makes. Nobody wrote its last state, so its resourceVersion is set here. */
export function expiryOf({ key, resourceVersion, json }: StoredObject): ObjectWrite {
  return { kind: 'remove', key, expect: resourceVersion, encode: (next) => withResourceVersion(json, next) };
}

function withResourceVersion(json: Uint8Array, resourceVersion: number): Uint8Array {
  const object = JSON.parse(new TextDecoder().decode(json)) as { readonly metadata?: object };
  const metadata = { ...object.metadata, resourceVersion: String(resourceVersion) };
  return new TextEncoder().encode(JSON.stringify({ ...object, metadata }));
}
