/** How the lists of a strategic merge patch merge, and in which order their elements come out. */
import { type Fields, isFields } from '../../model/json-fields.ts';
import { badRequest, StatusError } from '../status-error.ts';
import { goText, ownValue, without } from './json-values.ts';
import { elementPlace, type Place } from './strategic-place.ts';

export type MergeObject = (original: Fields, patch: Fields, place: Place) => Fields;

export interface ListMerge {
  readonly place: Place;
  /** Undefined where the elements are scalars. */
  readonly mergeKey: string | undefined;
  /** `$setElementOrder`: scalars, or objects with nothing but the merge key. */
  readonly order: readonly unknown[] | undefined;
  readonly mergeObject: MergeObject;
}

export function mergeLists(original: readonly unknown[], patch: readonly unknown[], merge: ListMerge): readonly unknown[] {
  const elements = [...original, ...patch];
  if (elements.some((one) => Array.isArray(one))) throw new StatusError(422, 'Invalid', 'lists of lists are not supported');
  const objects = elements.filter(isFields);
  if (objects.length === 0) return mergeScalars(original, patch, merge.order);
  if (objects.length < elements.length) throw badRequest(`list element types are not identical: ${goText(elements)}`);
  return mergeElements(original as readonly Fields[], patch as readonly Fields[], merge);
}

function mergeScalars(original: readonly unknown[], patch: readonly unknown[], order = patch): readonly unknown[] {
  if (order !== patch) checkOrder(patch, order, undefined);
  return orderElements([...new Set([...original, ...patch])], { order, original, mergeKey: undefined });
}

export const removeScalars = (list: readonly unknown[], scalars: readonly unknown[]): readonly unknown[] =>
  list.filter((one) => !scalars.includes(one));

function mergeElements(original: readonly Fields[], patch: readonly Fields[], merge: ListMerge): readonly unknown[] {
  const { mergeKey } = merge;
  if (mergeKey === undefined) throw new StatusError(422, 'Invalid', 'cannot merge lists without merge key for type map');
  const { added, kept, isReplaced } = applyElementDirectives(original, patch, mergeKey);
  // As it stands: two elements of one key stay two (a Node may have two InternalIPs).
  if (isReplaced) return added.map(([element, index]) => merge.mergeObject({}, element, elementPlace(merge.place, index)));
  if (merge.order !== undefined)
    checkOrder(
      added.map(([element]) => element),
      merge.order,
      mergeKey,
    );

  const merged = [...kept];
  const places = new Map(kept.map((element, index) => [keyOf(element, mergeKey), index] as const).reverse());
  for (const [element, index] of added) {
    const key = requiredKey(element, mergeKey);
    const place = elementPlace(merge.place, index);
    const at = places.get(key);
    if (at === undefined) {
      places.set(key, merged.length);
      merged.push(merge.mergeObject({}, element, place));
    } else {
      merged[at] = merge.mergeObject(merged[at] as Fields, element, place);
    }
  }
  const order = merge.order ?? added.map(([element]) => element);
  return orderElements(merged, { order, original: kept, mergeKey });
}

interface Elements {
  /** Each with its index in the patch. */
  readonly added: readonly (readonly [element: Fields, index: number])[];
  readonly kept: readonly Fields[];
  /** `added` is the whole list. */
  readonly isReplaced: boolean;
}

function applyElementDirectives(original: readonly Fields[], patch: readonly Fields[], mergeKey: string): Elements {
  const added: (readonly [Fields, number])[] = [];
  const deleted = new Set<string>();
  let isReplaced = false;
  for (const [index, element] of patch.entries()) {
    const directive = ownValue(element, '$patch');
    if (directive === undefined) added.push([element, index]);
    else if (directive === 'merge') added.push([without(element, '$patch'), index]);
    else if (directive === 'delete') deleted.add(requiredKey(element, mergeKey));
    // An element of its own: "the others are the list". Upstream drops what else stands in it, too.
    else if (directive === 'replace') isReplaced = true;
    else throw badRequest(`unknown patch type: ${goText(directive)} in map: ${goText(element)}`);
  }
  const kept = isReplaced ? [] : original.filter((element) => !deleted.has(keyOf(element, mergeKey)));
  return { added, kept, isReplaced };
}

interface Ordering {
  readonly order: readonly unknown[];
  readonly original: readonly unknown[];
  readonly mergeKey: string | undefined;
}

/**
 * What `order` names comes in that order; the others keep the order of the original; the two are interleaved so that an
 * element of the original stands before one that it stood before. A new element has stood nowhere, and comes first.
 */
export function orderElements(elements: readonly unknown[], { order, original, mergeKey }: Ordering): readonly unknown[] {
  const key = (element: unknown): string => keyOf(element, mergeKey);
  const placeIn = placesOf(order, mergeKey);
  const placeBefore = placesOf(original, mergeKey);
  const byPlace = (places: ReadonlyMap<string, number>) => (a: unknown, b: unknown) =>
    (places.get(key(a)) ?? 0) - (places.get(key(b)) ?? 0);
  const named = elements.filter((one) => placeIn.has(key(one))).sort(byPlace(placeIn));
  const others = elements.filter((one) => !placeIn.has(key(one))).sort(byPlace(placeBefore));

  const result: unknown[] = [];
  let next = 0;
  for (const one of named) {
    const before = placeBefore.get(key(one)) ?? -1;
    while (next < others.length && (placeBefore.get(key(others[next])) ?? before) < before) result.push(others[next++]);
    result.push(one);
  }
  return [...result, ...others.slice(next)];
}

/** What the patch sets must be named by `$setElementOrder`, in the same order. */
function checkOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string | undefined): void {
  if (patch.length === 0 || order.length === 0) return;
  const places = placesOf(order, mergeKey);
  let last = -1;
  for (const element of patch) {
    const place = places.get(mergeKey === undefined ? keyOf(element, mergeKey) : requiredKey(element as Fields, mergeKey)) ?? -1;
    if (place <= last) {
      throw badRequest(`The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`);
    }
    last = place;
  }
}

/** The first place of each. */
function placesOf(elements: readonly unknown[], mergeKey: string | undefined): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [index, element] of elements.entries()) {
    const key = mergeKey !== undefined && isFields(element) ? requiredKey(element, mergeKey) : keyOf(element, mergeKey);
    if (!places.has(key)) places.set(key, index);
  }
  return places;
}

/** What an element is told apart by: `80` and `"80"` are two. */
const keyOf = (element: unknown, mergeKey: string | undefined): string =>
  JSON.stringify((mergeKey !== undefined && isFields(element) ? ownValue(element, mergeKey) : element) ?? null);

function requiredKey(element: Fields, mergeKey: string): string {
  if (!Object.hasOwn(element, mergeKey)) {
    throw badRequest(`map: ${goText(element)} does not contain declared merge key: ${mergeKey}`);
  }
  return keyOf(element, mergeKey);
}
