/**
 * A value of JSON → the same value as the API's types have it: unknown fields are left out and told, `null` means "not
 * given", and a value of the wrong type ends the reading. The walk is driven by the generated schema; no field is named.
 */

import { type Fields, isFields } from '../../model/json-fields.ts';
import { parseQuantity, QUANTITY_RULE } from '../../model/quantity.ts';
import type { ApiSchema, ApiType } from './api-schema.ts';
import { fieldPath, MAX_STRICT_ERRORS, unknownField } from './strict-errors.ts';

/** The message is what follows "cannot be handled as a Pod: ", in the words of Go's decoder. */
export class FieldTypeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FieldTypeError';
  }
}

export interface TypedValue {
  readonly value: Fields;
  /** `unknown field "spec.foo"`, each once, at most 100. */
  readonly strictErrors: readonly string[];
}

/** `typeName` is a row of the schema. Throws a FieldTypeError. */
export function readTyped(value: Fields, typeName: string, schema: ApiSchema): TypedValue {
  const reading: Reading = { schema, unknown: new Set() };
  const read = readValue(value, { kind: 'ref', name: typeName }, { struct: typeName, path: '' }, reading);
  return { value: read as Fields, strictErrors: [...reading.unknown] };
}

interface Reading {
  readonly schema: ApiSchema;
  readonly unknown: Set<string>;
}

/** Where a value stands: in the fields of which struct, and the way to it from the object. */
interface Place {
  readonly struct: string;
  readonly path: string;
}

function readValue(value: unknown, type: ApiType, at: Place, reading: Reading): unknown {
  if (value === null) return zeroOf(type);
  switch (type.kind) {
    case 'list':
      if (!Array.isArray(value)) throw wrongType(value, type, at);
      return value.map((one, index) => readValue(one, type.element, { ...at, path: `${at.path}[${index}]` }, reading));
    case 'map':
      if (!isFields(value)) throw wrongType(value, type, at);
      return readMap(value, type.element, at, reading);
    case 'ref':
      if (!isFields(value)) throw wrongType(value, type, at);
      return readStruct(value, type.name, at, reading);
    default:
      return readScalar(value, type, at);
  }
}

function readMap(value: Fields, element: ApiType, at: Place, reading: Reading): Fields {
  const entries = Object.entries(value);
  // Defines every key instead of assigning it, so that `__proto__` is a key like any other.
  return Object.fromEntries(entries.map(([key, one]) => [key, readValue(one, element, { ...at, path: fieldPath(at.path, key) }, reading)]));
}

function readStruct(value: Fields, typeName: string, at: Place, reading: Reading): Fields {
  const fields = reading.schema.type(typeName)?.fields;
  if (fields === undefined) throw new Error(`Type "${typeName}" is not in the schema`);
  const struct: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const path = fieldPath(at.path, name);
    if (field === undefined) {
      if (reading.unknown.size < MAX_STRICT_ERRORS) reading.unknown.add(unknownField(path));
    } else if (given !== null) {
      struct[name] = readValue(given, field.type, { struct: shortName(typeName), path }, reading);
    }
  }
  return struct;
}

type ScalarType = Exclude<ApiType, { readonly kind: 'ref' | 'list' | 'map' }>;

function readScalar(value: unknown, type: ScalarType, at: Place): unknown {
  switch (type.kind) {
    case 'any':
      return value;
    case 'string':
    case 'boolean':
    case 'number':
      if (typeof value !== type.kind) throw wrongType(value, type, at);
      return value;
    case 'int32':
    case 'int64':
      return readInteger(value, type, at);
    case 'intOrString':
      return typeof value === 'string' ? value : readInteger(value, { kind: 'int32' }, at);
    case 'quantity':
      return readQuantity(value, at);
    case 'time':
      return readTime(value, at);
    case 'bytes':
      return readBytes(value, type, at);
    default:
      return type.kind satisfies never;
  }
}

function readInteger(value: unknown, type: ScalarType, at: Place): number {
  // Beyond 2^53 the number that was written is lost; no field of the API needs it.
  const bound = type.kind === 'int32' ? 2 ** 31 : 2 ** 53;
  if (typeof value === 'number' && Number.isInteger(value) && value >= -bound && value < bound) return value;
  throw wrongType(value, type, at);
}

/** Numbers may be given for quantities; they are kept as text. */
function readQuantity(value: unknown, { path }: Place): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || parseQuantity(text) === undefined) throw new FieldTypeError(`${path}: ${QUANTITY_RULE}`);
  return text;
}

/** RFC 3339; years of more than four digits are not. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)$/;

function readTime(value: unknown, at: Place): string {
  if (typeof value !== 'string') throw wrongType(value, { kind: 'string' }, at);
  if (TIME.test(value) && !Number.isNaN(Date.parse(value.replace(',', '.')))) return value;
  const shown = JSON.stringify(value.slice(0, 80));
  throw new FieldTypeError(`${at.path}: parsing time ${shown} as "2006-01-02T15:04:05Z07:00": it is no time as RFC 3339 spells it`);
}

function readBytes(value: unknown, type: ScalarType, at: Place): string {
  if (typeof value !== 'string') throw wrongType(value, type, at);
  const text = value.replace(/[\r\n]/g, '');
  const wrong = text.replace(/={1,2}$/, '').search(/[^A-Za-z0-9+/]/);
  if (wrong < 0 && text.length % 4 === 0) return value;
  throw new FieldTypeError(`${at.path}: illegal base64 data at input byte ${wrong < 0 ? text.length : wrong}`);
}

/** `encoding/json` UnmarshalTypeError, with positions and keys in the path, which Go leaves out. */
function wrongType(value: unknown, type: ApiType, { struct, path }: Place): FieldTypeError {
  const isWholeNumber = type.kind === 'int32' || type.kind === 'int64';
  const given = typeof value === 'number' && isWholeNumber ? `number ${value}` : jsonKind(value);
  const field = path === '' ? 'value' : `struct field ${struct}.${path}`;
  return new FieldTypeError(`json: cannot unmarshal ${given} into Go ${field} of type ${goType(type)}`);
}

/** As Go's decoder names what it met. */
export function jsonKind(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

const GO_TYPES: Readonly<Record<ScalarType['kind'], string>> = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  number: 'float64',
  quantity: 'resource.Quantity',
  intOrString: 'intstr.IntOrString',
  time: 'v1.Time',
  bytes: '[]uint8',
  any: 'runtime.RawExtension',
};

function goType(type: ApiType): string {
  if (type.kind === 'list') return `[]${goType(type.element)}`;
  if (type.kind === 'map') return `map[string]${goType(type.element)}`;
  return type.kind === 'ref' ? `v1.${shortName(type.name)}` : GO_TYPES[type.kind];
}

/** `core.Event` is `Event` for whoever wrote the object. */
const shortName = (typeName: string): string => typeName.slice(typeName.lastIndexOf('.') + 1);

/** What Go makes of a `null` in a list or a map. */
function zeroOf(type: ApiType): unknown {
  switch (type.kind) {
    case 'list':
      return [];
    case 'map':
    case 'ref':
      return {};
    case 'string':
    case 'bytes':
      return '';
    case 'boolean':
      return false;
    case 'quantity':
      return '0';
    case 'time':
    case 'any':
      return null;
    default:
      return 0;
  }
}
