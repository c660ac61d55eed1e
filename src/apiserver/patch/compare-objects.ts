/** What changed from one object to the other (`structured-merge-diff/typed/compare.go`). */

import { isFields } from '../../model/json-fields.ts';
import { sameJson } from '../api-object.ts';
import type { ApiSchema } from '../schema/api-schema.ts';
import { type FieldSet, FieldSetBuilder, type Path } from './field-set.ts';
import { ownValue } from './json-values.ts';
import { fieldElement } from './path-element.ts';
import { fieldsIn, fieldType, indexItems, type Shape, shapeOf, type ValueType } from './value-shape.ts';

export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** What is added or removed is named with all that lies in it. */
export function compareObjects(schema: ApiSchema, type: ValueType, before: unknown, after: unknown): Comparison {
  const walk = { schema, added: new FieldSetBuilder(), modified: new FieldSetBuilder(), removed: new FieldSetBuilder() };
  compare(walk, type, { before, after }, []);
  return walk;
}

interface Walk {
  readonly schema: ApiSchema;
  readonly added: FieldSetBuilder;
  readonly modified: FieldSetBuilder;
  readonly removed: FieldSetBuilder;
}

type ListShape = Extract<Shape, { kind: 'list' }>;

/** Undefined: not there. */
interface Pair {
  readonly before: unknown;
  readonly after: unknown;
}

function compare(walk: Walk, type: ValueType, pair: Pair, path: Path): void {
  const { before, after } = pair;
  // Most of two objects is the same, and often the very same.
  if (before === after) return;
  const shape = shapeOf(walk.schema, type, after === undefined ? before : after);
  const isLeaf = shape.kind === 'leaf' || (isEmptyValue(before) && isEmptyValue(after));
  // Of any type, and of another kind now.
  const isOther = before !== undefined && after !== undefined && isFields(before) !== isFields(after) && type.type.kind === 'any';
  if (before === undefined) walk.added.add(path);
  else if (after === undefined) walk.removed.add(path);
  else if ((isLeaf || isOther) && !sameJson(before, after)) walk.modified.add(path);
  if (isLeaf) return;
  if (shape.kind === 'list') compareElements(walk, shape, pair, path);
  else compareFields(walk, shape, pair, path);
}

/** Null and empty are told apart, though neither has anything in it. */
const isEmptyValue = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0);

function compareFields(walk: Walk, shape: Extract<Shape, { kind: 'struct' | 'map' }>, { before, after }: Pair, path: Path): void {
  const old = fieldsIn(before);
  const now = fieldsIn(after);
  for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
    compare(walk, fieldType(shape, name), { before: ownValue(old, name), after: ownValue(now, name) }, [...path, fieldElement(name)]);
  }
}

function compareElements(walk: Walk, shape: ListShape, { before, after }: Pair, path: Path): void {
  const old = indexItems(walk.schema, shape, before);
  const now = indexItems(walk.schema, shape, after);
  for (const element of new Set([...old.keys(), ...now.keys()])) {
    compareElement(walk, shape.element, { before: old.get(element) ?? [], after: now.get(element) ?? [] }, [...path, element]);
  }
}

interface Duplicates {
  readonly before: readonly unknown[];
  readonly after: readonly unknown[];
}

/** Duplicates are one thing, whose fields nobody owns; a single element is another. */
function compareElement(walk: Walk, type: ValueType, { before, after }: Duplicates, path: Path): void {
  if (before.length > 1 && after.length > 1) {
    if (!sameJson(before, after)) walk.modified.add(path);
    return;
  }
  const single = (items: readonly unknown[]): unknown => (items.length === 1 ? items[0] : undefined);
  compare(walk, type, { before: single(before), after: single(after) }, path);
  if (before.length > 1) walk.removed.add(path);
  if (after.length > 1) walk.added.add(path);
}
