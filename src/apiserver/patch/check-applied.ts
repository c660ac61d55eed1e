/** What is wrong with the shape of an applied object (`structured-merge-diff/typed/validate.go`), in upstream's words. */
import { quoteValue } from '../../model/field-error.ts';
import { isFields } from '../../model/json-fields.ts';
import type { ApiSchema, ApiType } from '../schema/api-schema.ts';
import { fieldElement, type PathElement, showPathElement } from './path-element.ts';
import { elementOf, listKeys, type ValueType } from './value-shape.ts';

/**
 * `.spec.imagee: field not declared in schema`, one a problem. Beside the shape that every object must have, elements of
 * lists must be there once and be told apart.
 */
export function checkApplied(schema: ApiSchema, type: ValueType, value: unknown): readonly string[] {
  const problems: string[] = [];
  check({ schema, problems }, type, value, []);
  return problems;
}

interface Walk {
  readonly schema: ApiSchema;
  readonly problems: string[];
}

type Path = readonly PathElement[];

function check(walk: Walk, valueType: ValueType, value: unknown, path: Path): void {
  const { type } = valueType;
  if (value === null) return;
  switch (type.kind) {
    case 'any':
      return;
    case 'ref':
      return checkStruct(walk, type.name, value, path);
    case 'map':
      if (!isFields(value)) return report(walk, path, `expected map, got ${quoteValue(value)}`);
      for (const [name, one] of Object.entries(value)) check(walk, { type: type.element }, one, [...path, fieldElement(name)]);
      return;
    case 'list':
      if (!Array.isArray(value)) return report(walk, path, `expected list, got ${quoteValue(value)}`);
      return checkElements(walk, { type: type.element }, listKeys(valueType), [value, path]);
    default: {
      const expected = expectedScalar(type.kind, value);
      if (expected !== undefined) report(walk, path, `expected ${expected}, got ${quoteValue(value)}`);
    }
  }
}

function checkStruct(walk: Walk, typeName: string, value: unknown, path: Path): void {
  const struct = walk.schema.type(typeName);
  if (struct === undefined) return;
  if (!isFields(value)) return report(walk, path, `expected map, got ${quoteValue(value)}`);
  for (const [name, one] of Object.entries(value)) {
    const at = [...path, fieldElement(name)];
    const field = Object.hasOwn(struct.fields, name) ? struct.fields[name] : undefined;
    if (field === undefined) report(walk, at, 'field not declared in schema');
    else check(walk, field, one, at);
  }
}

function checkElements(
  walk: Walk,
  element: ValueType,
  keys: readonly string[] | undefined,
  [items, path]: readonly [readonly unknown[], Path],
): void {
  const seen = new Set<PathElement>();
  for (const [index, item] of items.entries()) {
    const found = keys === undefined ? { at: `i:${index}` } : elementOf(walk.schema, { kind: 'list', element, keys }, item);
    if ('problem' in found) return report(walk, path, `element ${index}: ${found.problem}`);
    if (seen.has(found.at)) report(walk, path, `duplicate entries for key ${showPathElement(found.at)}`);
    seen.add(found.at);
    check(walk, element, item, [...path, found.at]);
  }
}

function expectedScalar(kind: Exclude<ApiType['kind'], 'ref' | 'list' | 'map' | 'any'>, value: unknown): string | undefined {
  switch (kind) {
    case 'string':
    case 'time':
    case 'bytes':
      return typeof value === 'string' ? undefined : 'string';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'boolean';
    case 'int32':
    case 'int64':
    case 'number':
      return typeof value === 'number' ? undefined : 'numeric (int or float)';
    case 'quantity':
    case 'intOrString':
      return typeof value === 'object' ? 'any scalar' : undefined;
  }
}

function report({ problems }: Walk, path: Path, message: string): void {
  const shown = path.map(showPathElement).join('');
  problems.push(shown === '' ? message : `${shown}: ${message}`);
}
