/** `kubectl describe` of a kind it knows nothing of: every field of the object, in the order of its names. */
import type { ApiEvent, ApiObject, Json, JsonObject } from '../model/api-objects.ts';
import { eventLines } from './describe/event-lines.ts';
import { annotationLines, field, labelLines, line, renderDescription } from './describe/lines.ts';
import { compareText } from './label-text.ts';

export function describeGeneric(object: ApiObject, events: readonly ApiEvent[] | undefined, nowMs: number): string {
  const { metadata } = object;
  const body = [
    field(0, 'Name', metadata?.name ?? ''),
    field(0, 'Namespace', metadata?.namespace ?? ''),
    ...labelLines('Labels', metadata?.labels),
    ...annotationLines('Annotations', metadata?.annotations),
    ...contentLines(object as unknown as JsonObject, 0, ''),
  ];
  return renderDescription(body, events === undefined ? undefined : eventLines(events, nowMs));
}

/** Shown above, or of no interest. */
const HIDDEN: ReadonlySet<string> = new Set([
  '.metadata.managedFields',
  '.metadata.name',
  '.metadata.namespace',
  '.metadata.labels',
  '.metadata.annotations',
]);

function contentLines(content: JsonObject, level: number, path: string): readonly string[] {
  const names = Object.keys(content)
    .filter((name) => !HIDDEN.has(`${path}.${name}`))
    .sort(compareText);
  return names.flatMap((name) => {
    const value = content[name] ?? null;
    const title = fieldTitle(name);
    if (Array.isArray(value)) return [line(level, `${title}:`), ...itemLines(value, level + 1, `${path}.${name}`)];
    if (isObject(value)) return [line(level, `${title}:`), ...contentLines(value, level + 1, `${path}.${name}`)];
    return [field(level, title, goJson(value))];
  });
}

const itemLines = (items: readonly Json[], level: number, path: string): readonly string[] =>
  items.flatMap((item) => (isObject(item) ? contentLines(item, level, path) : [line(level, goJson(item))]));

const isObject = (value: Json): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** As Go's `%v` shows what came as JSON. */
function goJson(value: Json): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goJson).join(' ')}]`;
  if (!isObject(value)) return String(value);
  const pairs = Object.keys(value)
    .sort(compareText)
    .map((key) => `${key}:${goJson(value[key] ?? null)}`);
  return `map[${pairs.join(' ')}]`;
}

const ACRONYMS: ReadonlySet<string> = new Set(['API', 'URL', 'UID', 'GUID']);

/** "creationTimestamp" becomes "Creation Timestamp"; a name with other than letters stays as it is. */
function fieldTitle(name: string): string {
  if (!/^[\p{L}-]*$/u.test(name)) return name;
  return wordsOf(name)
    .map((word) => {
      if (ACRONYMS.has(word.toUpperCase())) return word.toUpperCase();
      return word === word.toLowerCase() ? word.charAt(0).toUpperCase() + word.slice(1) : word;
    })
    .join(' ');
}

/** A word is capitals, or one capital and what is small after it; the last of several capitals begins the next word. */
const wordsOf = (name: string): readonly string[] => name.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|[^\p{Lu}\p{Ll}]+/gu) ?? [];
