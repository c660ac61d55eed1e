/** Rules that ConfigMaps and Secrets share. */
import { forbidden, invalid, tooLong } from '../../model/field-error.ts';
import type { Fields } from '../../model/json-fields.ts';
import type { Finding } from '../../model/problem.ts';
import { type ApiObject, sameJson } from '../api-object.ts';

/** `pkg/apis/core/types.go` MaxSecretSize, and as much for a ConfigMap. */
const MAX_DATA_BYTES = 1024 * 1024;
const MAX_KEY = 253;

const KEY_RULE =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/** A key becomes the name of a file in a volume (`util/validation/validation.go` IsConfigMapKey). */
export function keyComplaint(key: string): string | undefined {
  if (key.length > MAX_KEY) return `must be no more than ${MAX_KEY} characters`;
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) return KEY_RULE;
  if (key === '.' || key === '..') return `must not be '${key}'`;
  return key.startsWith('..') ? "must not start with '..'" : undefined;
}

export const validateDataKeys = (field: string, data: Fields): readonly Finding[] =>
  Object.keys(data).flatMap((key) => {
    const complaint = keyComplaint(key);
    return complaint === undefined ? [] : [{ path: [field, { key }], message: invalid(key, complaint) }];
  });

export function validateDataSize(maps: readonly Fields[]): readonly Finding[] {
  const size = maps.flatMap((data) => Object.values(data)).reduce<number>((sum, value) => sum + Buffer.byteLength(String(value)), 0);
  return size > MAX_DATA_BYTES ? [{ path: [], message: tooLong(MAX_DATA_BYTES) }] : [];
}

/** `immutable: true` stays, and with it the data. */
export function immutableFindings(next: ApiObject, live: ApiObject, fields: readonly string[]): readonly Finding[] {
  if (live['immutable'] !== true) return [];
  const message = forbidden('field is immutable when `immutable` is set');
  return [
    ...(next['immutable'] === true ? [] : ['immutable']),
    ...fields.filter((field) => !sameJson(next[field] ?? {}, live[field] ?? {})),
  ].map((field) => ({ path: [field], message }));
}
