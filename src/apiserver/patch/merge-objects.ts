/**
 * An applied object laid over the live one (`structured-merge-diff/typed/merge.go`): nothing is removed, what both have is
 * as applied. Lists come in the applied order; what only the live one has stays where it stands.
 */

import type { Fields } from '../../model/json-fields.ts';
import { sameJson } from '../api-object.ts';
import type { ApiSchema } from '../schema/api-schema.ts';
import { ownValue } from './json-values.ts';
import type { PathElement } from './path-element.ts';
import {
  elementsIn,
  elementsOf,
  fieldsIn,
  fieldType,
  indexElements,
  indexItems,
  type Shape,
  shapeOf,
  type ValueType,
} from './value-shape.ts';

/** Undefined stands for "not there". */
export function mergeApplied(schema: ApiSchema, type: ValueType, live: unknown, applied: unknown): unknown {
  if (applied === undefined || applied === live) return live;
  const shape = shapeOf(schema, type, applied);
  if (shape.kind === 'leaf') return leaf(live, applied);
  if (shape.kind === 'list') {
    const isEmpty = elementsIn(applied).length === 0 && elementsIn(live).length === 0;
    return isEmpty ? leaf(live, applied) : mergeElements(schema, shape, elementsIn(live), elementsIn(applied));
  }
  const isEmpty = Object.keys(fieldsIn(applied)).length === 0 && Object.keys(fieldsIn(live)).length === 0;
  return isEmpty ? leaf(live, applied) : mergeFields(schema, shape, fieldsIn(live), fieldsIn(applied));
}

/** Also a null that was applied: it changes what was there, and is taken away in the end. */
const leaf = (live: unknown, applied: unknown): unknown => (sameJson(live, applied) ? live : applied);

/** The live object itself where nothing changes, so that what is compared afterwards is seen to be the same at once. */
function mergeFields(schema: ApiSchema, shape: Extract<Shape, { kind: 'struct' | 'map' }>, live: Fields, applied: Fields): Fields {
  const merged = new Map(Object.entries(live));
  let isSame = true;
  for (const [name, value] of Object.entries(applied)) {
    const before = ownValue(live, name);
    const result = mergeApplied(schema, fieldType(shape, name), before, value);
    isSame &&= result === before;
    merged.set(name, result);
  }
  return isSame ? live : Object.fromEntries(merged);
}

type ListShape = Extract<Shape, { kind: 'list' }>;

function mergeElements(schema: ApiSchema, shape: ListShape, live: readonly unknown[], applied: readonly unknown[]): readonly unknown[] {
  const liveElements = elementsOf(schema, shape, live);
  const liveByElement = indexElements(live, liveElements);
  const appliedByElement = indexItems(schema, shape, applied);
  const shared = [...appliedByElement.keys()].filter((element) => liveByElement.has(element)).values();
  const isOnlyLive = (element: PathElement | undefined): boolean => element === undefined || !appliedByElement.has(element);

  const result: unknown[] = [];
  let position = 0;
  // Shared elements that stand before `stop` in the live list come where the applied list has them.
  const keepUpTo = (stop: PathElement | undefined): void => {
    for (; position < live.length && (stop === undefined || liveElements[position] !== stop); position += 1) {
      if (isOnlyLive(liveElements[position])) result.push(live[position]);
    }
  };
  let next = shared.next().value;
  keepUpTo(next);
  for (const [element, [item]] of appliedByElement) {
    const same = liveByElement.get(element) ?? [];
    result.push(mergeApplied(schema, shape.element, same.length === 1 ? same[0] : undefined, item));
    if (element !== next) continue;
    next = shared.next().value;
    keepUpTo(next);
  }
  return result.length === live.length && result.every((one, index) => one === live[index]) ? live : result;
}
