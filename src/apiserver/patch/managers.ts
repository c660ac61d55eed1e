/**
 * Who owns which fields of an object: `metadata.managedFields`, read and written
 * (`apimachinery/pkg/util/managedfields/internal/managedfields.go`).
 */
import { type Fields, fieldsOf, isFields, textOf } from '../../model/json-fields.ts';
import { type FieldSet, isEmptySet, union } from './field-set.ts';
import { decodeFieldsV1, encodeFieldsV1 } from './fields-v1.ts';
import { ownValue, without } from './json-values.ts';

/** `metav1.ManagedFieldsEntry`. */
export interface ManagedFieldsEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** RFC 3339, whole seconds. */
  readonly time?: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: Fields;
  readonly subresource?: string;
}

export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** Empty: the object itself. */
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
  /** What the fields were read from: as long as they are the same, nothing need be written anew. */
  readonly source?: { readonly fields: FieldSet; readonly fieldsV1: Fields };
}

/** By identity. */
export type Managers = ReadonlyMap<string, Manager>;

/** An applier is the same one whichever version it applies. */
export const identityOf = ({ name, operation, apiVersion, subresource }: Omit<Manager, 'time' | 'fields' | 'source'>): string =>
  JSON.stringify([name, operation, operation === 'Apply' ? '' : apiVersion, subresource]);

export const withoutManagedFields = (object: Fields): Fields =>
  isFields(ownValue(object, 'metadata')) ? { ...object, metadata: without(fieldsOf(object, 'metadata'), 'managedFields') } : object;

/** `undefined` removes the field. */
export function withManagedFields(object: Fields, entries: readonly ManagedFieldsEntry[] | undefined): Fields {
  const { metadata, ...rest } = withoutManagedFields(object);
  return { ...rest, metadata: { ...(metadata as Fields | undefined), ...(entries === undefined ? {} : { managedFields: entries }) } };
}

export const managedFieldsIn = (object: Fields | undefined): unknown => ownValue(fieldsOf(object, 'metadata'), 'managedFields');

/** Undefined: malformed as a whole, even if only one entry is. */
export function readManagers(entries: unknown): Managers | undefined {
  if (entries === undefined || entries === null) return new Map();
  if (!Array.isArray(entries)) return undefined;
  const managers = new Map<string, Manager>();
  for (const entry of entries) {
    const manager = readEntry(entry);
    if (manager === undefined) return undefined;
    managers.set(identityOf(manager), manager);
  }
  return managers;
}

function readEntry(entry: unknown): Manager | undefined {
  const operation = textOf(entry, 'operation');
  const apiVersion = textOf(entry, 'apiVersion');
  const fieldsV1 = fieldsOf(entry, 'fieldsV1');
  const fields = decodeFieldsV1(fieldsV1);
  if (operation !== 'Apply' && operation !== 'Update') return undefined;
  if (apiVersion === '' || textOf(entry, 'fieldsType') !== 'FieldsV1' || fields === undefined) return undefined;
  const time = textOf(entry, 'time');
  return {
    name: textOf(entry, 'manager'),
    operation,
    apiVersion,
    subresource: textOf(entry, 'subresource'),
    time: Number.isNaN(Date.parse(time)) ? undefined : time,
    fields,
    source: { fields, fieldsV1 },
  };
}

/** Undefined: none. Appliers first, then by time. */
export function writeManagers(managers: Managers): readonly ManagedFieldsEntry[] | undefined {
  const owning = [...managers.values()].filter(({ fields }) => !isEmptySet(fields));
  return owning.length === 0 ? undefined : owning.sort(compareManagers).map(writeEntry);
}

const writeEntry = ({ name, operation, apiVersion, subresource, time, fields, source }: Manager): ManagedFieldsEntry => ({
  manager: name,
  operation,
  apiVersion,
  ...(time === undefined ? {} : { time }),
  fieldsType: 'FieldsV1',
  fieldsV1: source?.fields === fields ? source.fieldsV1 : encodeFieldsV1(fields),
  ...(subresource === '' ? {} : { subresource }),
});

function compareManagers(a: Manager, b: Manager): number {
  if (a.operation !== b.operation) return a.operation < b.operation ? -1 : 1;
  const order = seconds(a) - seconds(b);
  if (order !== 0) return order;
  return compareTexts([a.name, a.apiVersion, a.subresource], [b.name, b.apiVersion, b.subresource]);
}

const seconds = ({ time }: Manager): number => (time === undefined ? 0 : Math.floor(Date.parse(time) / 1000));

function compareTexts(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((text, index) => text !== b[index]);
  return at < 0 ? 0 : (a[at] as string) < (b[at] as string) ? -1 : 1;
}

/** More would make an object grow with every client that ever wrote to it. */
const MAX_UPDATERS = 10;
const OLD_UPDATERS = 'ancient-changes';

/**
 * Of those who update (not apply), the oldest are put together until ten are left, a version at a time
 * (`internal/capmanagers.go`).
 */
export function capUpdaters(managers: Managers): Managers {
  const capped = new Map(managers);
  const updaters = [...managers].filter(([, { operation }]) => operation === 'Update').sort(([, a], [, b]) => compareManagers(a, b));
  const oldest = new Map<string, string>();
  let count = updaters.length;
  for (const [identity, manager] of updaters) {
    if (count <= MAX_UPDATERS) break;
    const { apiVersion } = manager;
    const older = oldest.get(apiVersion);
    if (older === undefined) {
      oldest.set(apiVersion, identity);
      continue;
    }
    const bucket = identityOf({ ...manager, name: OLD_UPDATERS, subresource: '' });
    const merged = [...new Set([older, identity, bucket])].flatMap((one) => capped.get(one) ?? []);
    for (const one of merged) capped.delete(identityOf(one));
    capped.set(bucket, merged.reduce(joined));
    count -= merged.length - 1;
    oldest.set(apiVersion, bucket);
  }
  return capped;
}

/** The time of both is the later one. */
const joined = (a: Manager, b: Manager): Manager => ({
  ...a,
  name: OLD_UPDATERS,
  subresource: '',
  time: seconds(a) > seconds(b) ? a.time : b.time,
  fields: union(a.fields, b.fields),
});
