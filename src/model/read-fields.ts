/**
 * A value of a manifest → the same value as the API's types have it: wrong types are errors, unknown fields are
 * warnings and left out, `null` means "not given", as for the API server. The walk is driven by the generated schema;
 * no field is named here.
 */
import { invalid, quoteValue, unsupported } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import { nearestName } from './nearest-name.ts';
import type { Report } from './problem.ts';
import { parseQuantity, QUANTITY_RULE } from './quantity.ts';
import { type ScalarKind, type SchemaType, schemaType } from './schema-type.ts';
import { isYamlMap, type YamlMap, type YamlValue } from './yaml-document.ts';

export interface FieldReports {
  readonly error: Report;
  readonly warning: Report;
}

/** `typeName` is a row of the schema, as "Pod". What comes back is only of that type if no error was reported. */
export function readFields(value: YamlMap, typeName: string, at: FieldPath, reports: FieldReports): unknown {
  return readValue(value, schemaType(typeName), at, reports);
}

function readValue(value: YamlValue, type: SchemaType, path: FieldPath, reports: FieldReports): unknown {
  if (value === null) return zeroOf(type);
  switch (type.kind) {
    case 'list':
      if (!Array.isArray(value)) return reports.error(path, wrongType('a list', value));
      return (value as readonly YamlValue[]).map((one, index) => readValue(one, type.element, [...path, index], reports));
    case 'map':
      if (!isYamlMap(value)) return reports.error(path, wrongType('a map', value));
      return readMap(value, type.element, path, reports);
    case 'object':
      if (!isYamlMap(value)) return reports.error(path, wrongType('an object', value));
      return readObject(value, type.fields, path, reports);
    case 'scalar':
      return readScalar(value, type, path, reports);
    default:
      return type satisfies never;
  }
}

function readObject(value: YamlMap, fields: Readonly<Record<string, string>>, path: FieldPath, reports: FieldReports): unknown {
  const object: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const cell = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (cell === undefined) {
      const meant = nearestName(name, Object.keys(fields));
      reports.warning([...path, name], `unknown field, ignored${meant === undefined ? '' : `: did you mean "${meant}"?`}`);
      continue;
    }
    const given = value[name] as YamlValue;
    if (given !== null) object[name] = readValue(given, schemaType(cell), [...path, name], reports);
  }
  return object;
}

function readMap(value: YamlMap, element: SchemaType, path: FieldPath, reports: FieldReports): unknown {
  const map: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    // Setting it would change the object's prototype instead. The API has no map in which it is a valid key.
    if (key === '__proto__') reports.error([...path, { key }], 'this key is not allowed');
    else map[key] = readValue(value[key] as YamlValue, element, [...path, { key }], reports);
  }
  return map;
}

type ScalarType = Extract<SchemaType, { kind: 'scalar' }>;

function readScalar(value: Given, type: ScalarType, path: FieldPath, reports: FieldReports): unknown {
  if (type.scalar === 'any') return withoutPrototypes(value);
  const complaint = COMPLAINTS[type.scalar](value);
  if (complaint !== undefined) return reports.error(path, complaint);
  // The empty string stands for "not given", and is then defaulted; where it is a value of its own, it is in the set.
  if (type.values !== undefined && value !== '' && !type.values.has(value as string))
    return reports.error(path, unsupported(value, type.values));
  return type.scalar === 'quantity' ? String(value) : value;
}

/** RFC 3339; years of more than four digits are not. */
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

type Given = Exclude<YamlValue, null>;

/** What is wrong with a value that should be of that kind. */
const COMPLAINTS: Readonly<Record<ScalarKind, (value: Given) => string | undefined>> = {
  any: () => undefined,
  string: (value) => (typeof value === 'string' ? undefined : wrongType('a string', value)),
  boolean: (value) => (typeof value === 'boolean' ? undefined : wrongType('a boolean', value)),
  number: (value) => (typeof value === 'number' && Number.isFinite(value) ? undefined : wrongType('a number', value)),
  int32: (value) => complainAboutInteger(value, 2 ** 31),
  // An int64 beyond 2^53 is valid upstream, but JavaScript could not hold it exactly, and no field needs it.
  int64: (value) => complainAboutInteger(value, 2 ** 53),
  intOrString: (value) => (typeof value === 'string' ? undefined : complainAboutInteger(value, 2 ** 31)),
  quantity: complainAboutQuantity,
  time: complainAboutTime,
};

function complainAboutQuantity(value: Given): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return wrongType('a quantity', value);
  return parseQuantity(String(value)) === undefined ? invalid(value, QUANTITY_RULE) : undefined;
}

function complainAboutTime(value: Given): string | undefined {
  if (typeof value !== 'string') return wrongType('a time', value);
  return TIME.test(value) && !Number.isNaN(Date.parse(value)) ? undefined : invalid(value, 'must be a time as RFC 3339 spells it');
}

function complainAboutInteger(value: Given, bound: number): string | undefined {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) {
    const isInside = typeof value === 'number' && value >= -bound && value < bound;
    return isInside ? undefined : invalid(value, `must be between ${-bound} and ${bound - 1}, inclusive`);
  }
  return wrongType('an integer', value);
}

function wrongType(expected: string, value: Given): string {
  const isScalar = typeof value !== 'object';
  const given = isScalar
    ? `${typeof value === 'bigint' ? 'number' : typeof value} ${quoteValue(value)}`
    : Array.isArray(value)
      ? 'a list'
      : 'an object';
  // Who wrote `n` is surprised to read "false".
  const remedy = typeof value === 'boolean' ? ': put it in quotes (yes, no, on, off, y and n are booleans in YAML)' : ': put it in quotes';
  return `must be ${expected}, not ${isScalar ? 'the ' : ''}${given}${expected === 'a string' && isScalar ? remedy : ''}`;
}

/** What Go makes of a `null` inside a list or a map: the zero value of the type. */
function zeroOf(type: SchemaType): unknown {
  if (type.kind === 'list') return [];
  if (type.kind !== 'scalar') return {};
  const zeros: Record<ScalarKind, unknown> = {
    string: '',
    boolean: false,
    int32: 0,
    int64: 0,
    number: 0,
    quantity: '0',
    intOrString: 0,
    time: undefined,
    any: undefined,
  };
  return zeros[type.scalar];
}

function withoutPrototypes(value: YamlValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return (value as readonly YamlValue[]).map(withoutPrototypes);
  if (!isYamlMap(value)) return value;
  return Object.fromEntries(Object.keys(value).map((key) => [key, withoutPrototypes(value[key] as YamlValue)]));
}
