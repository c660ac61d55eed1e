import type { ObjectKey, ObjectWrite, StoredObject } from '../../ports/object-store.ts';
import { type ApiObject, encodeObject, parseStored } from '../api-object.ts';
import type { ResourceDescription, StorageForm } from '../resources/resource.ts';
import { methodNotSupported } from '../status-error.ts';

/** The storage of a resource that keeps something. */
export function storageOf(resource: ResourceDescription, action = 'this'): StorageForm {
  if (resource.storage === undefined) throw methodNotSupported(resource, action, resource.refusal);
  return resource.storage;
}

export const keyOf = (resource: ResourceDescription, namespace: string, name: string): ObjectKey => ({
  resource: storageOf(resource).resource,
  namespace: resource.namespaced ? namespace : '',
  name,
});

/** In the shape of the resource that asks. */
export function readShown(resource: ResourceDescription, stored: StoredObject): ApiObject {
  const object = parseStored(stored.json);
  return resource.storage?.shown?.(object) ?? object;
}

export const toStored = (resource: ResourceDescription, object: ApiObject): ApiObject => resource.storage?.stored?.(object) ?? object;

export interface PutOrder {
  readonly resource: ResourceDescription;
  readonly key: ObjectKey;
  /** In the shape of `resource`. */
  readonly object: ApiObject;
  readonly expect: 'absent' | number;
  readonly nowMs: number;
}

export function putOf({ resource, key, object, expect, nowMs }: PutOrder): ObjectWrite {
  const stored = toStored(resource, object);
  const ttlMs = resource.storage?.ttlMs;
  return {
    kind: 'put',
    key,
    uid: object.metadata.uid ?? '',
    expect,
    encode: (resourceVersion) => encodeObject(stored, resourceVersion),
    ...(ttlMs === undefined ? {} : { expiresAtMs: nowMs + ttlMs }),
  };
}
