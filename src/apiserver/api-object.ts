import { type Fields, isFields } from '../model/json-fields.ts';

/** An object of the API as its JSON has it. What a verb changes, it changes in a copy. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** `apimachinery/pkg/apis/meta/v1/types.go` ObjectMeta. Times are RFC 3339 in whole seconds. */
export interface ObjectMeta {
  readonly name: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly unknown[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly unknown[];
}

export const withMetadata = (object: ApiObject, changes: Readonly<Partial<Record<keyof ObjectMeta, unknown>>>): ApiObject => ({
  ...object,
  metadata: withFields(object.metadata, changes) as unknown as ObjectMeta,
});

/** Sets fields in a copy; `undefined` removes one. */
export function withFields(object: object, changes: Fields): Fields {
  const copy: Record<string, unknown> = { ...object };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete copy[name];
    else copy[name] = value;
  }
  return copy;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export const parseStored = (json: Uint8Array): ApiObject => JSON.parse(decoder.decode(json)) as ApiObject;

/** As the store keeps it: kind and apiVersion first, as Go writes them. */
export function encodeObject(object: ApiObject, resourceVersion?: number): Uint8Array {
  const { kind, apiVersion, metadata, ...rest } = object;
  const version = resourceVersion === undefined ? {} : { resourceVersion: String(resourceVersion) };
  return encoder.encode(JSON.stringify({ kind, apiVersion, metadata: { ...metadata, ...version }, ...rest }));
}

/** Whether two values have the same JSON; the order of an object's fields does not count, and `undefined` is no field. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, index) => sameJson(one, b[index]));
  if (!isFields(a) || !isFields(b)) return false;
  const names = Object.keys(a).filter((name) => a[name] !== undefined);
  return (
    names.length === Object.keys(b).filter((name) => b[name] !== undefined).length &&
    names.every((name) => Object.hasOwn(b, name) && sameJson(a[name], b[name]))
  );
}
