/** An object without some of its fields and elements (`structured-merge-diff/typed/remove.go`). */
import type { ApiSchema } from '../schema/api-schema.ts';
import { childSet, type FieldSet, isEmptySet, NO_FIELDS } from './field-set.ts';
import { fieldElement } from './path-element.ts';
import { elementOf, elementsIn, fieldsIn, fieldType, shapeOf, type ValueType } from './value-shape.ts';

export interface Removal {
  readonly fields: FieldSet;
  /** Fields that stay although all that was in them goes. Upstream has Go drop them, and they come back with each apply. */
  readonly keep?: FieldSet;
}

/** Undefined: nothing is left. What is one value is never taken apart. */
export function removeFields(schema: ApiSchema, type: ValueType, value: unknown, { fields, keep = NO_FIELDS }: Removal): unknown {
  if (isEmptySet(fields)) return value;
  const shape = shapeOf(schema, type, value);
  if (shape.kind === 'leaf') return value;
  if (shape.kind === 'list') {
    const kept = elementsIn(value).flatMap((item) => {
      const found = elementOf(schema, shape, item);
      if ('problem' in found) return [item];
      if (fields.members.has(found.at)) return [];
      const rest = removeFields(schema, shape.element, item, { fields: childSet(fields, found.at), keep: childSet(keep, found.at) });
      return rest === undefined ? [] : [rest];
    });
    return kept.length === 0 ? undefined : kept;
  }
  const kept = Object.entries(fieldsIn(value)).flatMap(([name, one]) => {
    const element = fieldElement(name);
    if (fields.members.has(element)) return [];
    const rest = removeFields(schema, fieldType(shape, name), one, { fields: childSet(fields, element), keep: childSet(keep, element) });
    if (rest !== undefined) return [[name, rest] as const];
    return keep.members.has(element) ? [[name, Array.isArray(one) ? [] : {}] as const] : [];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
