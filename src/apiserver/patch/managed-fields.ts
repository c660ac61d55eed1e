/**
 * Who wrote which field, kept with every create, update and patch (`apimachinery/pkg/util/managedfields/internal`).
 *
 * M1 Who changes a field owns it, and takes it from all others. Who removes one takes it from all and owns nothing more.
 * M2 Names, versions and uids of the object are nobody's (`stripmeta.go`).
 * M3 An object without managed fields stays so until something is applied to it; from its creation on, every object has
 *    them unless a client resets them to `[{}]` or `[]`.
 * M4 Clients may write `metadata.managedFields` themselves, but not through a subresource. What they write that cannot be
 *    read does not count.
 * M5 What the endpoint resets (`status` at the object, `spec` at its status) is neither tracked nor compared.
 */
import { type Fields, fieldsOf, isFields, textOf } from '../../model/json-fields.ts';
import type { ApiSchema, ApiType } from '../schema/api-schema.ts';
import { type Comparison, compareObjects } from './compare-objects.ts';
import { difference, type FieldSet, fieldSetOfPaths, intersection, isEmptySet, NO_FIELDS, union, withoutBranches } from './field-set.ts';
import {
  capUpdaters,
  identityOf,
  type ManagedFieldsEntry,
  type Manager,
  type Managers,
  managedFieldsIn,
  readManagers,
  withoutManagedFields,
  writeManagers,
} from './managers.ts';
import { fieldElement } from './path-element.ts';
import { objectType, type ValueType } from './value-shape.ts';

/** What is the same for a whole request. */
export interface Tracking {
  readonly schema: ApiSchema;
  /** The schema's name of the kind: `Pod`, `core.Event`. */
  readonly typeName: string;
  readonly apiVersion: string;
  /** The client's `fieldManager`, or the first word of its User-Agent. */
  readonly manager: string;
  /** RFC 3339, whole seconds. */
  readonly time: string;
  /** `status`. Absent: the object itself. */
  readonly subresource?: string;
}

export interface UpdateRequest extends Tracking {
  /** Undefined: the object is created. */
  readonly before: Fields | undefined;
  /** As it is to be stored, defaulted; `metadata.managedFields` as the client wrote them. */
  readonly after: Fields;
}

/** The managed fields of `after`; undefined: it is to have none. */
export function trackUpdate(request: UpdateRequest): readonly ManagedFieldsEntry[] | undefined {
  const { before, after } = request;
  const managers = managersOf(request);
  // M3
  if (managers.size === 0 && textOf(fieldsOf(before, 'metadata'), 'uid') !== '') return writeManagers(managers);
  return writeManagers(updateManagers(request, managers, before, after));
}

function managersOf({ before, after, subresource }: UpdateRequest): Managers {
  const live = readManagers(managedFieldsIn(before)) ?? new Map<string, Manager>();
  if (subresource !== undefined && subresource !== '') return live;
  const written = managedFieldsIn(after);
  if (isReset(written)) return new Map();
  const managers = readManagers(written);
  return managers === undefined || managers.size === 0 ? live : managers;
}

const isReset = (entries: unknown): boolean =>
  Array.isArray(entries) &&
  (entries.length === 0 || (entries.length === 1 && isFields(entries[0]) && Object.keys(entries[0]).length === 0));

/** M1, for a change that has happened. */
export function updateManagers(tracking: Tracking, managers: Managers, before: Fields | undefined, after: Fields): Managers {
  const { apiVersion, manager, subresource = '', time } = tracking;
  const comparison = compareTracked(tracking, before ?? emptyObject(tracking), after);
  const updated = new Map(yieldFields(managers, comparison, { apiVersion, except: undefined }));
  const changed = difference(union(comparison.modified, comparison.added), NOBODYS);
  if (!isEmptySet(changed)) {
    const self = { name: manager === '' ? 'unknown' : manager, operation: 'Update', apiVersion, subresource, time } as const;
    const owned = updated.get(identityOf(self))?.fields ?? NO_FIELDS;
    updated.set(identityOf(self), { ...self, fields: union(owned, changed) });
  }
  return capUpdaters(updated);
}

/** M5 */
export function compareTracked(tracking: Tracking, before: Fields, after: Fields): Comparison {
  const type = objectType(tracking.typeName);
  const { added, modified, removed } = compareObjects(tracking.schema, type, withoutManagedFields(before), withoutManagedFields(after));
  const reset = resetFields(tracking.subresource);
  return { added: withoutBranches(added, reset), modified: withoutBranches(modified, reset), removed: withoutBranches(removed, reset) };
}

interface Yielding {
  readonly apiVersion: string;
  /** The identity of the one who does not yield. */
  readonly except: string | undefined;
}

/**
 * What is left to the others once these fields were changed and removed by someone. Managers of another version stay as
 * they are: their fields have other names.
 */
export function yieldFields(managers: Managers, { added, modified, removed }: Comparison, { apiVersion, except }: Yielding): Managers {
  const lost = [modified, added, removed].reduce(union);
  const left = [...managers].map(([identity, manager]) => {
    const yields = identity !== except && manager.apiVersion === apiVersion;
    return [identity, yields ? { ...manager, fields: difference(manager.fields, lost) } : manager] as const;
  });
  return new Map(left.filter(([, { fields }]) => !isEmptySet(fields)));
}

/** The fields of each other manager that the change would take from it. */
export function contestedFields(managers: Managers, { added, modified }: Comparison, { apiVersion, except }: Yielding): Managers {
  const changed = union(modified, added);
  const contested = [...managers]
    .filter(([identity, manager]) => identity !== except && manager.apiVersion === apiVersion)
    .map(([identity, manager]) => [identity, { ...manager, fields: intersection(manager.fields, changed) }] as const);
  return new Map(contested.filter(([, { fields }]) => !isEmptySet(fields)));
}

const pathSet = (paths: readonly string[]): FieldSet => fieldSetOfPaths(paths.map((path) => path.split('.').map(fieldElement)));

/** M2 */
export const NOBODYS = pathSet([
  'apiVersion',
  'kind',
  'metadata',
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map(
    (name) => `metadata.${name}`,
  ),
]);

const RESET_AT_OBJECT = pathSet(['status']);
const RESET_AT_STATUS = pathSet(['spec', 'metadata.deletionTimestamp', 'metadata.ownerReferences']);

/** `GetResetFields` of the strategies of pods, nodes, namespaces, services. */
export const resetFields = (subresource = ''): FieldSet =>
  subresource === '' ? RESET_AT_OBJECT : subresource === 'status' ? RESET_AT_STATUS : NO_FIELDS;

/**
 * What Go writes for an object that has nothing yet: these structs are no pointers, and lists that are required are null.
 * Being there from the beginning, they are nobody's; a struct that is added is owned like its fields.
 */
function emptyObject({ schema, typeName }: Tracking): Fields {
  const fields = schema.type(typeName)?.fields ?? {};
  const structs = ['metadata', 'spec', 'status', 'source'].filter((name) => Object.hasOwn(fields, name));
  return Object.fromEntries(structs.map((name) => [name, emptyStruct(schema, (fields[name] as ValueType).type)]));
}

function emptyStruct(schema: ApiSchema, type: ApiType): Fields {
  const fields = Object.entries((type.kind === 'ref' ? schema.type(type.name)?.fields : undefined) ?? {});
  const lists = fields.filter(([, field]) => field.required && field.type.kind === 'list');
  return Object.fromEntries(lists.map(([name]) => [name, null]));
}
