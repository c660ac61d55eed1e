import { POD_SCHEMA } from './gen/pod-schema.ts';

export type ScalarKind = 'string' | 'boolean' | 'int32' | 'int64' | 'number' | 'quantity' | 'intOrString' | 'time' | 'any';

/** One cell of the generated table, read. */
export type SchemaType =
  | { readonly kind: 'list' | 'map'; readonly element: SchemaType }
  | { readonly kind: 'object'; readonly name: string; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'scalar'; readonly scalar: ScalarKind; readonly values?: ReadonlySet<string> };

const SCALARS: ReadonlySet<string> = new Set([
  'string',
  'boolean',
  'int32',
  'int64',
  'number',
  'quantity',
  'intOrString',
  'time',
  'any',
] satisfies ScalarKind[]);

/** A Pod uses a few dozen of the 1,400 cells: each is read when it is first met. */
const read = new Map<string, SchemaType>();

export function schemaType(cell: string): SchemaType {
  const known = read.get(cell);
  if (known !== undefined) return known;
  const type = readCell(cell);
  read.set(cell, type);
  return type;
}

function readCell(cell: string): SchemaType {
  if (cell.startsWith('[]')) return { kind: 'list', element: schemaType(cell.slice(2)) };
  if (cell.startsWith('{}')) return { kind: 'map', element: schemaType(cell.slice(2)) };
  const [name = '', values] = cell.split('=', 2);
  if (!SCALARS.has(name)) return { kind: 'object', name, fields: objectFields(name) };
  const scalar = name as ScalarKind;
  return values === undefined ? { kind: 'scalar', scalar } : { kind: 'scalar', scalar, values: new Set(values.split('|')) };
}

function objectFields(name: string): Readonly<Record<string, string>> {
  const fields = Object.hasOwn(POD_SCHEMA, name) ? POD_SCHEMA[name] : undefined;
  if (fields === undefined) throw new Error(`Type "${name}" is not in the schema`);
  return fields;
}
