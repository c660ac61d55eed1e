/**
 * Strategic merge patch: a merge patch that knows by which key the elements of a list are told apart. What the server
 * does with one (`apimachinery/pkg/util/strategicpatch/patch.go`).
 *
 * S1 null removes a field. A field that the object does not have is taken from the patch, without the nulls in it.
 * S2 Lists replace, unless their field says `merge`: then objects merge by the merge key, and scalars become a set.
 * S3 Directives: `$patch: replace|delete|merge` in an object or as an element of a merging list, `$retainKeys`,
 *    `$deleteFromPrimitiveList/<field>`, `$setElementOrder/<field>`. None of them ever reaches the object.
 * S4 What the patch names comes in the patch's order, what only the server has keeps its own (`strategic-lists.ts`).
 */
import { type Fields, isFields } from '../../model/json-fields.ts';
import type { ApiSchema } from '../schema/api-schema.ts';
import { badRequest } from '../status-error.ts';
import { goText, ownValue, refuseTooDeep, without } from './json-values.ts';
import { type MergeObject, mergeLists, orderElements, removeScalars } from './strategic-lists.ts';
import { elementPlace, type FieldPlace, fieldPlace, type Place } from './strategic-place.ts';

const PATCH = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_PREFIX = '$deleteFromPrimitiveList';
const ORDER_PREFIX = '$setElementOrder';

export interface StrategicMergeRequest {
  readonly schema: ApiSchema;
  readonly typeName: string;
  readonly object: Fields;
  readonly patch: unknown;
  /** What to do with fields that the schema does not have. They are named in any case. Default: keep. */
  readonly unknownFields?: 'keep' | 'drop';
}

export interface StrategicMergeResult {
  readonly object: Fields;
  /** `spec.containers[0].imagee`: where they stand in the patch. */
  readonly unknownFields: readonly string[];
}

/** Neither the object nor the patch is changed. Throws a StatusError: 400 a malformed patch, 422 one that does not fit. */
export function applyStrategicMergePatch(request: StrategicMergeRequest): StrategicMergeResult {
  const { schema, typeName, object, patch } = request;
  if (!isFields(patch)) throw badRequest('error decoding patch: a strategic merge patch is an object');
  refuseTooDeep(patch, 'The patch');
  const unknownFields = new Set<string>();
  const place: Place = {
    schema,
    type: { kind: 'ref', name: typeName },
    path: [],
    onUnknown: (path) => unknownFields.add(path),
  };
  const options = { dropsUnknown: request.unknownFields === 'drop' };
  return { object: mergeObjects(object, patch, place, options), unknownFields: [...unknownFields] };
}

interface Options {
  readonly dropsUnknown: boolean;
}

function mergeObjects(original: Fields, patch: Fields, place: Place, options: Options): Fields {
  switch (ownValue(patch, PATCH)) {
    case undefined:
      break;
    case 'replace':
      return mergeObjects({}, without(patch, PATCH), place, options);
    case 'delete':
      return {};
    case 'merge':
      // What happens anyway; upstream documents the word and then refuses it.
      return mergeObjects(original, without(patch, PATCH), place, options);
    default:
      throw badRequest(`unknown patch type: ${goText(patch[PATCH])} in map: ${goText(patch)}`);
  }

  const directives = readDirectives(patch);
  const merged = new Map(Object.entries(retained(original, patch)));
  for (const [name, value] of directives.values) {
    const field = fieldPlace(place, name);
    const isLeft = field.isUnknown && options.dropsUnknown;
    const result =
      isLeft || value === null ? undefined : mergeField(merged.get(name), value, { field, options, order: directives.orders.get(name) });
    if (result === undefined) merged.delete(name);
    else merged.set(name, result);
  }
  arrange(merged, directives, place);
  return Object.fromEntries(merged);
}

/** Lists of which the patch says no more than their order or what is to go. */
function arrange(merged: Map<string, unknown>, { values, orders, deletions }: Directives, place: Place): void {
  for (const [name, order] of orders) {
    const list = merged.get(name);
    if (values.has(name) || list === undefined) continue;
    if (!Array.isArray(list)) throw badRequest(`expected a list in field ${name}, but received ${goText(list)}`);
    merged.set(name, orderElements(list, { order, original: list, mergeKey: fieldPlace(place, name).mergeKey }));
  }
  for (const [name, scalars] of deletions) {
    const list = merged.get(name);
    if (Array.isArray(list)) merged.set(name, removeScalars(list, scalars));
  }
}

interface Directives {
  readonly values: ReadonlyMap<string, unknown>;
  readonly deletions: ReadonlyMap<string, readonly unknown[]>;
  readonly orders: ReadonlyMap<string, readonly unknown[]>;
}

function readDirectives(patch: Fields): Directives {
  const values = new Map<string, unknown>();
  const deletions = new Map<string, readonly unknown[]>();
  const orders = new Map<string, readonly unknown[]>();
  for (const [name, value] of Object.entries(patch)) {
    if (name === RETAIN_KEYS) continue;
    if (name.startsWith(DELETE_PREFIX)) readParallelList(deletions, [name, value], [DELETE_PREFIX, 'primitive list']);
    else if (name.startsWith(ORDER_PREFIX)) readParallelList(orders, [name, value], [ORDER_PREFIX, 'setElementOrder list']);
    else values.set(name, value);
  }
  return { values, deletions, orders };
}

type Entry = readonly [name: string, value: unknown];

function readParallelList(lists: Map<string, readonly unknown[]>, [name, value]: Entry, [prefix, what]: readonly [string, string]): void {
  const field = name.slice(prefix.length + 1);
  if (name[prefix.length] !== '/' || field === '' || !Array.isArray(value)) throw badRequest(`invalid patch format of ${what}`);
  lists.set(field, value);
}

/** What `$retainKeys` leaves of the original. Every field that the patch sets must be among them. */
function retained(original: Fields, patch: Fields): Fields {
  const keys = ownValue(patch, RETAIN_KEYS);
  if (keys === undefined) return original;
  if (!Array.isArray(keys)) throw badRequest('invalid patch format of retainKeys');
  const isKept = new Set<unknown>(keys);
  const set = Object.entries(patch).filter(([name, value]) => value !== null && !isDirective(name));
  if (set.some(([name]) => !isKept.has(name))) throw badRequest('invalid patch format of retainKeys');
  return Object.fromEntries(Object.entries(original).filter(([name]) => isKept.has(name)));
}

const isDirective = (name: string): boolean => name === RETAIN_KEYS || name.startsWith(DELETE_PREFIX) || name.startsWith(ORDER_PREFIX);

interface FieldMerge {
  readonly field: FieldPlace;
  readonly options: Options;
  readonly order: readonly unknown[] | undefined;
}

/** Undefined: the field is not to be. */
function mergeField(original: unknown, patch: unknown, { field, options, order }: FieldMerge): unknown {
  const mergeObject: MergeObject = (from, to, place) => mergeObjects(from, to, place, options);
  if (isFields(patch)) {
    const isMerged = isFields(original) && field.strategy !== 'replace';
    if (!isMerged && ownValue(patch, PATCH) === 'delete') return undefined;
    return mergeObjects(isMerged ? original : {}, patch, field, options);
  }
  if (!Array.isArray(patch)) return patch;
  if (field.strategy !== 'merge') return newElements(patch, field, options);
  return mergeLists(Array.isArray(original) ? original : [], patch, { place: field, mergeKey: field.mergeKey, order, mergeObject });
}

/** The elements of a replacing list. All their fields are new: S1. */
function newElements(list: readonly unknown[], place: Place, options: Options): readonly unknown[] {
  return list.flatMap((one, index) => {
    if (Array.isArray(one)) return [newElements(one, elementPlace(place, index), options)];
    if (!isFields(one)) return [one];
    const directive = ownValue(one, PATCH);
    return directive === 'replace' || directive === 'delete' ? [] : [mergeObjects({}, one, elementPlace(place, index), options)];
  });
}
