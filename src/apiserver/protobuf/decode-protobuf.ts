/**
 * A body in Kubernetes' protobuf form → the JSON value that it stands for. Only what Go clients send that way is read
 * (`field-numbers.ts`); answers are always JSON, which they take too.
 */
import type { ApiSchema, ApiType } from '../schema/api-schema.ts';
import { apiTypeName } from '../schema/read-api-schema.ts';
import { StatusError } from '../status-error.ts';
import { FIELD_NUMBERS } from './field-numbers.ts';
import { malformed, readWire, type WireField } from './wire-reader.ts';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** "k8s" and a zero byte, before the envelope (`runtime/serializer/protobuf/protobuf.go`). */
const MAGIC = [0x6b, 0x38, 0x73, 0x00];
/** As deep as any type of the table. */
const MAX_DEPTH = 20;

/** Throws a StatusError: 400 no protobuf, 415 a kind that is not read in this form. */
export function decodeProtobuf(bytes: Uint8Array, schema: ApiSchema): Readonly<Record<string, unknown>> {
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) throw malformed();
  const envelope = groupFields(bytes.subarray(MAGIC.length));
  const typeMeta = groupFields(bytesOf(envelope, 1));
  const apiVersion = text(bytesOf(typeMeta, 1));
  const kind = text(bytesOf(typeMeta, 2));
  const typeName = apiTypeName(apiVersion.includes('/') ? (apiVersion.split('/', 1)[0] as string) : '', kind);
  if (!Object.hasOwn(FIELD_NUMBERS, typeName)) throw notRead(kind);
  return { apiVersion, kind, ...readMessage(bytesOf(envelope, 2), typeName, { schema, depth: 0 }) };
}

const notRead = (kind: string): StatusError =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    `a body of kind ${JSON.stringify(kind)} is not read in the form ${PROTOBUF} - accepted media types include: application/json, application/yaml`,
  );

type Grouped = ReadonlyMap<number, readonly WireField[]>;

const groupFields = (message: Uint8Array): Grouped => Map.groupBy(readWire(message), ({ number }) => number);

const EMPTY = new Uint8Array();

/** The last one counts, as the format says. */
const bytesOf = (fields: Grouped, number: number): Uint8Array => fields.get(number)?.at(-1)?.bytes ?? EMPTY;

const decoder = new TextDecoder('utf-8', { fatal: true });

function text(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw malformed();
  }
}

interface Reading {
  readonly schema: ApiSchema;
  readonly depth: number;
}

function readMessage(message: Uint8Array, typeName: string, { schema, depth }: Reading): Readonly<Record<string, unknown>> {
  if (depth > MAX_DEPTH) throw malformed();
  const numbers = Object.hasOwn(FIELD_NUMBERS, typeName) ? FIELD_NUMBERS[typeName] : undefined;
  const type = schema.type(typeName);
  if (numbers === undefined || type === undefined) throw notRead(typeName);
  const fields = groupFields(message);
  const entries = numbers.split(' ').flatMap((row): readonly (readonly [string, unknown])[] => {
    const { name = '', number, omits } = /^(?<name>\w+)=(?<number>\d+)(?<omits>~)?$/.exec(row)?.groups ?? {};
    const given = fields.get(Number(number));
    const field = type.fields[name];
    if (given === undefined || field === undefined) return [];
    const value = readField(given, field.type, name, { schema, depth: depth + 1 });
    const isNothing = value === '' || value === undefined || (omits !== undefined && (value === 0 || value === false));
    return isNothing ? [] : [[name, value]];
  });
  return Object.fromEntries(entries);
}

function readField(given: readonly WireField[], type: ApiType, name: string, reading: Reading): unknown {
  if (type.kind === 'list') return given.map((one) => readOne(one, type.element, name, reading));
  if (type.kind === 'map') return Object.fromEntries(given.map((one) => readEntry(one, type.element, name, reading)));
  return readOne(given.at(-1) as WireField, type, name, reading);
}

function readEntry({ bytes = EMPTY }: WireField, element: ApiType, name: string, reading: Reading): readonly [string, unknown] {
  const entry = groupFields(bytes);
  const value = entry.get(2) ?? [{ number: 2, bytes: EMPTY }];
  const key = text(bytesOf(entry, 1));
  // A list as the value of a map is a message around its items.
  if (element.kind === 'list') return [key, readField(groupFields(bytesOf(entry, 2)).get(1) ?? [], element, name, reading)];
  return [key, readOne(value.at(-1) as WireField, element, name, reading) ?? ''];
}

function readOne({ bytes, varint }: WireField, type: ApiType, name: string, reading: Reading): unknown {
  switch (type.kind) {
    case 'string':
      return text(bytes ?? EMPTY);
    case 'boolean':
      return varint !== undefined && varint !== 0n;
    case 'int32':
    case 'int64':
    case 'number':
      return Number(BigInt.asIntN(64, varint ?? 0n));
    case 'bytes':
      return Buffer.from(bytes ?? EMPTY).toString('base64');
    case 'time':
      return readTime(bytes ?? EMPTY, MICRO_TIMES.has(name));
    case 'quantity':
      return text(bytesOf(groupFields(bytes ?? EMPTY), 1));
    case 'intOrString':
      return readIntOrString(bytes ?? EMPTY);
    case 'any':
      return readJson(bytesOf(groupFields(bytes ?? EMPTY), 1));
    case 'ref':
      return readMessage(bytes ?? EMPTY, type.name, reading);
    default:
      throw malformed();
  }
}

/** Written with microseconds; the others with whole seconds. */
const MICRO_TIMES: ReadonlySet<string> = new Set(['acquireTime', 'renewTime', 'eventTime', 'lastObservedTime']);

/** The end of the year 9999: what lies beyond is no time that the API could show. */
const MAX_SECONDS = 253_402_300_799;

/** The zero time is an empty message, and no time. */
function readTime(message: Uint8Array, isMicro: boolean): string | undefined {
  const fields = groupFields(message);
  const seconds = Number(BigInt.asIntN(64, fields.get(1)?.at(-1)?.varint ?? 0n));
  const nanos = Number(BigInt.asIntN(32, fields.get(2)?.at(-1)?.varint ?? 0n));
  if (message.length === 0 || (seconds === 0 && nanos === 0)) return undefined;
  if (Math.abs(seconds) > MAX_SECONDS || nanos < 0 || nanos > 999_999_999) throw malformed();
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return isMicro ? `${whole}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z` : `${whole}Z`;
}

function readIntOrString(message: Uint8Array): string | number {
  const fields = groupFields(message);
  const isText = fields.get(1)?.at(-1)?.varint === 1n;
  return isText ? text(bytesOf(fields, 3)) : Number(BigInt.asIntN(32, fields.get(2)?.at(-1)?.varint ?? 0n));
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(text(bytes));
  } catch {
    return undefined;
  }
}
