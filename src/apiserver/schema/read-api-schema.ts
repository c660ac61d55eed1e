/** The generated table, read a row at a time: most objects use a few dozen of its 280 types. */
import { API_SCHEMA } from '../gen/api-schema.ts';
import type { ApiField, ApiObjectType, ApiSchema, ApiType } from './api-schema.ts';

type ScalarKind = Exclude<ApiType['kind'], 'ref' | 'list' | 'map'>;

const SCALARS = {
  string: { kind: 'string' },
  boolean: { kind: 'boolean' },
  int32: { kind: 'int32' },
  int64: { kind: 'int64' },
  number: { kind: 'number' },
  quantity: { kind: 'quantity' },
  intOrString: { kind: 'intOrString' },
  time: { kind: 'time' },
  bytes: { kind: 'bytes' },
  any: { kind: 'any' },
} as const satisfies Record<ScalarKind, ApiType>;

/** `rows` are as the head of `gen/api-schema.ts` describes them. */
export function readApiSchema(rows: Readonly<Record<string, string>> = API_SCHEMA): ApiSchema {
  const read = new Map<string, ApiObjectType>();
  return {
    type(name) {
      const known = read.get(name);
      if (known !== undefined) return known;
      const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
      if (row === undefined) return undefined;
      const type = readRow(row);
      read.set(name, type);
      return type;
    },
  };
}

/**
 * The row of a kind. Where two groups have a kind of one name, the row's name begins with the group's first word:
 * `core.Event` in the group '', `events.Event` in `events.k8s.io`.
 */
export function apiTypeName(group: string, kind: string): string {
  const qualified = `${group === '' ? 'core' : (group.split('.', 1)[0] as string)}.${kind}`;
  return Object.hasOwn(API_SCHEMA, qualified) ? qualified : kind;
}

function readRow(row: string): ApiObjectType {
  const words = row.split(' ').filter((word) => word !== '');
  const isAtomic = words[0] === '*';
  // Without a prototype: clients ask for fields by any name.
  const fields: Record<string, ApiField> = Object.create(null) as Record<string, ApiField>;
  for (const word of isAtomic ? words.slice(1) : words) {
    const { name, required, type, ...rest } = FIELD.exec(word)?.groups ?? {};
    if (name === undefined || type === undefined) throw new Error(`Field "${word}" of the API schema cannot be read`);
    fields[name] = { ...readMerge(rest), type: readType(type), required: required !== undefined };
  }
  return isAtomic ? { fields, atomic: true } : { fields };
}

const FIELD =
  /^(?<name>[^!:]+)(?<required>!)?:(?<type>(?:\[\]|\{\})*[\w.]+)(?:~(?<strategies>[\w,]+)(?:@(?<mergeKey>\w+))?)?(?:\+(?<list>[\w,]+))?(?:=(?<value>.+))?$/;

type Groups = Partial<Record<'strategies' | 'mergeKey' | 'list' | 'value', string>>;

function readMerge({ strategies, mergeKey, list, value }: Groups): Omit<ApiField, 'type' | 'required'> {
  return {
    ...(strategies !== undefined && { patchStrategy: strategies.split(',') as ('merge' | 'replace' | 'retainKeys')[] }),
    ...(mergeKey !== undefined && { patchMergeKey: mergeKey }),
    ...(list === 'set' && { listType: list }),
    ...(list === 'atomic' && { mapType: list }),
    ...(list !== undefined && list !== 'set' && list !== 'atomic' && { listType: 'map' as const, listMapKeys: list.split(',') }),
    ...(value !== undefined && { default: value }),
  };
}

function readType(text: string): ApiType {
  if (text.startsWith('[]')) return { kind: 'list', element: readType(text.slice(2)) };
  if (text.startsWith('{}')) return { kind: 'map', element: readType(text.slice(2)) };
  return Object.hasOwn(SCALARS, text) ? SCALARS[text as ScalarKind] : { kind: 'ref', name: text };
}
