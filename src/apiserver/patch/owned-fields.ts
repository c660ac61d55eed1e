/** The fields that an object says something about (`structured-merge-diff/typed/tofieldset.go`). */
import { isFields } from '../../model/json-fields.ts';
import type { ApiSchema } from '../schema/api-schema.ts';
import { type FieldSet, FieldSetBuilder, type Path } from './field-set.ts';
import { fieldElement, fieldOf, type PathElement } from './path-element.ts';
import { fieldsIn, fieldType, indexItems, namedField, type Shape, shapeOf, type ValueType } from './value-shape.ts';

/** Every leaf, every key of a map, every element of a list; a struct only where it is empty. */
export function ownedFields(schema: ApiSchema, type: ValueType, value: unknown): FieldSet {
  const set = new FieldSetBuilder();
  collect({ schema, set }, type, value, []);
  return set;
}

interface Walk {
  readonly schema: ApiSchema;
  readonly set: FieldSetBuilder;
}

function collect(walk: Walk, type: ValueType, value: unknown, path: Path): void {
  const shape = shapeOf(walk.schema, type, value);
  switch (shape.kind) {
    case 'leaf':
      walk.set.add(path);
      return;
    case 'list':
      collectElements(walk, shape, value, path);
      return;
    default:
      for (const [name, one] of Object.entries(fieldsIn(value))) {
        const at = [...path, fieldElement(name)];
        collect(walk, fieldType(shape, name), one, at);
        const isEmpty = one === null || (isFields(one) && Object.keys(one).length === 0);
        if (isEmpty || namedField(shape, name) === undefined) walk.set.add(at);
      }
  }
}

/** Of duplicates nobody can own more than that they are there. */
function collectElements(walk: Walk, shape: Extract<Shape, { kind: 'list' }>, value: unknown, path: Path): void {
  for (const [element, items] of indexItems(walk.schema, shape, value)) {
    const at = [...path, element];
    if (items.length === 1) collect(walk, shape.element, items[0], at);
    walk.set.add(at);
  }
}

/**
 * Also the structs on the way to what is in the set: who owns all of a struct owns the struct. Keys of maps are not among
 * them (`fieldpath/set.go` EnsureNamedFieldsAreMembers).
 */
export function withStructs(schema: ApiSchema, type: ValueType | undefined, set: FieldSet): FieldSet {
  if (set.children.size === 0) return set;
  // Without a value: what lies in "any" has no named fields.
  const shape = type === undefined ? undefined : shapeOf(schema, type, undefined);
  const members = new Set(set.members);
  const children = new Map<PathElement, FieldSet>();
  for (const [element, child] of set.children) {
    const name = fieldOf(element);
    if (name !== undefined && shape?.kind === 'struct' && namedField(shape, name) !== undefined) members.add(element);
    children.set(element, withStructs(schema, childType(shape, name), child));
  }
  return { members, children };
}

function childType(shape: Shape | undefined, name: string | undefined): ValueType | undefined {
  if (shape === undefined || shape.kind === 'leaf') return undefined;
  if (shape.kind === 'list') return name === undefined ? shape.element : undefined;
  return name === undefined ? undefined : fieldType(shape, name);
}
