/**
 * How server-side apply sees a value: as one (scalars, and whatever is atomic), as fields of their own (structs and maps),
 * or as elements that are told apart by their keys or by themselves (`structured-merge-diff/typed/helpers.go`).
 */
import { type Fields, isFields } from '../../model/json-fields.ts';
import type { ApiField, ApiObjectType, ApiSchema } from '../schema/api-schema.ts';
import { ownValue } from './json-values.ts';
import { keyElement, type PathElement, valueElement } from './path-element.ts';

export type ValueType = Pick<ApiField, 'type' | 'listType' | 'listMapKeys' | 'mapType'>;

export type Shape =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'struct'; readonly type: ApiObjectType }
  | { readonly kind: 'map'; readonly element: ValueType }
  /** No keys: a set of scalars. */
  | { readonly kind: 'list'; readonly element: ValueType; readonly keys: readonly string[] };

const LEAF: Shape = { kind: 'leaf' };
const ANY: ValueType = { type: { kind: 'any' } };
const ANY_MAP: Shape = { kind: 'map', element: ANY };

/** The type of a whole object. */
export const objectType = (typeName: string): ValueType => ({ type: { kind: 'ref', name: typeName } });

/** `value` decides where the schema says "any": objects have fields of their own, lists are one value. */
export function shapeOf(schema: ApiSchema, valueType: ValueType, value: unknown): Shape {
  const { type, mapType } = valueType;
  switch (type.kind) {
    case 'ref': {
      const struct = schema.type(type.name);
      if (struct === undefined) return anyShape(value);
      return struct.atomic === true || mapType === 'atomic' ? LEAF : { kind: 'struct', type: struct };
    }
    case 'map':
      return mapType === 'atomic' ? LEAF : { kind: 'map', element: { type: type.element } };
    case 'list': {
      const keys = listKeys(valueType);
      return keys === undefined ? LEAF : { kind: 'list', element: { type: type.element }, keys };
    }
    default:
      return type.kind === 'any' ? anyShape(value) : LEAF;
  }
}

const anyShape = (value: unknown): Shape => (isFields(value) ? ANY_MAP : LEAF);

/** Undefined: the list is one value. */
export const listKeys = ({ listType, listMapKeys = [] }: ValueType): readonly string[] | undefined =>
  listType === 'map' ? listMapKeys : listType === 'set' ? [] : undefined;

type Container = Extract<Shape, { kind: 'struct' | 'map' }>;

/** Fields that a struct is not known to have may hold anything: a later version wrote them. */
export const fieldType = (shape: Container, name: string): ValueType =>
  shape.kind === 'map' ? shape.element : (namedField(shape, name) ?? ANY);

/** Undefined in a map: its keys are data. */
export const namedField = (shape: Container, name: string): ApiField | undefined =>
  shape.kind === 'struct' && Object.hasOwn(shape.type.fields, name) ? shape.type.fields[name] : undefined;

/** What a value has of this shape; what is null or does not fit counts as nothing. */
export const fieldsIn = (value: unknown): Fields => (isFields(value) ? value : {});
export const elementsIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

type ListShape = Extract<Shape, { kind: 'list' }>;

/** How an element of the list is found, or why it cannot be. Absent keys that have a default stand for it. */
export function elementOf(schema: ApiSchema, list: ListShape, item: unknown): { readonly at: PathElement } | { readonly problem: string } {
  if (list.keys.length === 0) {
    if (isFields(item)) return { problem: "associative list without keys has an element that's a map type" };
    if (Array.isArray(item)) return { problem: 'not supported: associative list with lists as elements' };
    if (item === null) return { problem: "associative list without keys has an element that's an explicit null" };
    return { at: valueElement(item) };
  }
  if (item === null) return { problem: 'associative list with keys may not have a null element' };
  if (!isFields(item)) return { problem: 'associative list with keys may not have non-map elements' };
  const keys: (readonly [string, unknown])[] = [];
  for (const name of list.keys) {
    const value = ownValue(item, name) ?? defaultOf(schema, list, name);
    if (value === undefined) {
      return {
        problem: `associative list with keys has an element that omits key field ${JSON.stringify(name)} (and doesn't have default value)`,
      };
    }
    keys.push([name, value]);
  }
  return { at: keyElement(keys) };
}

function defaultOf(schema: ApiSchema, { element }: ListShape, name: string): unknown {
  const fields = element.type.kind === 'ref' ? schema.type(element.type.name)?.fields : undefined;
  return fields !== undefined && Object.hasOwn(fields, name) ? fields[name]?.default : undefined;
}

/** How each is found; undefined for those that cannot be. */
export function elementsOf(schema: ApiSchema, list: ListShape, items: readonly unknown[]): readonly (PathElement | undefined)[] {
  return items.map((item) => {
    const found = elementOf(schema, list, item);
    return 'at' in found ? found.at : undefined;
  });
}

/**
 * The items by how they are found, in their order; several where the list has duplicates. Those that cannot be found are
 * left out: an applied object was checked for them, and of others nobody owns them.
 */
export function indexElements(
  items: readonly unknown[],
  elements: readonly (PathElement | undefined)[],
): ReadonlyMap<PathElement, readonly unknown[]> {
  const index = new Map<PathElement, unknown[]>();
  for (const [position, element] of elements.entries()) {
    if (element === undefined) continue;
    const same = index.get(element);
    if (same === undefined) index.set(element, [items[position]]);
    else same.push(items[position]);
  }
  return index;
}

export const indexItems = (schema: ApiSchema, list: ListShape, value: unknown): ReadonlyMap<PathElement, readonly unknown[]> =>
  indexElements(elementsIn(value), elementsOf(schema, list, elementsIn(value)));
