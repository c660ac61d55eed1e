/**
 * Values of JSON that came from a client. Their keys may have any name: `__proto__`, `constructor` and the like are keys
 * of data and nothing else. They are therefore read with `ownValue`, and objects are only ever made by
 * `Object.fromEntries` and spreading, both of which define fields instead of assigning them.
 */

import { type Fields, isFields } from '../../model/json-fields.ts';
import { badRequest } from '../status-error.ts';

/** Deeper than any object of the API; YAML is read no deeper either. What passes, recursion can walk. */
export const MAX_JSON_DEPTH = 100;

export const ownValue = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);

/** As `fields` without these names. */
export const without = (fields: Fields, ...names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

/** The levels of lists and objects, 0 for a scalar. Does not recurse: this is the guard of those who do. */
export function depthOf(value: unknown): number {
  let level: readonly unknown[] = [value];
  let depth = -1;
  while (level.length > 0) {
    depth += 1;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : EMPTY));
    if (depth > MAX_JSON_DEPTH) break;
  }
  return Math.max(depth, 0);
}

const EMPTY: readonly unknown[] = [];

/** `what` begins the message: "The patch". Throws a StatusError. */
export function refuseTooDeep(value: unknown, what: string): void {
  if (depthOf(value) > MAX_JSON_DEPTH) throw badRequest(`${what} is nested deeper than ${MAX_JSON_DEPTH} levels`);
}

/** A copy that may be changed in place. */
export function copyJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyJson);
  return isFields(value) ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, copyJson(one)])) : value;
}

/** Without the fields that are null, at any depth; the very same value where there are none. Nulls in lists stay. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(withoutNulls);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isFields(value)) return value;
  const entries = Object.entries(value);
  const kept = entries.filter(([, one]) => one !== null).map(([name, one]) => [name, withoutNulls(one)] as const);
  const isSame = kept.length === entries.length && kept.every(([, one], index) => one === entries[index]?.[1]);
  return isSame ? value : Object.fromEntries(kept);
}

/** As Go prints it with `%v`: `map[image:nginx name:web]`, `[a b]`, `<nil>`. Cut where a message would get unreadable. */
export function goText(value: unknown): string {
  const text = goValue(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

const MAX_SHOWN = 500;

function goValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (!isFields(value)) return String(value);
  const names = Object.keys(value).sort();
  return `map[${names.map((name) => `${name}:${goValue(value[name])}`).join(' ')}]`;
}
