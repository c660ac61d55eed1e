/** The building blocks of what `kubectl describe` prints: lines with tabs, laid out at the end. */
import type { StringMap } from '../../model/api-objects.ts';
import { sortedEntries } from '../label-text.ts';
import { alignTabs } from '../tab-writer.ts';
import { escapeTerminal } from '../terminal-text.ts';

/** Two spaces a level. */
export const line = (level: number, text: string): string => `${'  '.repeat(level)}${text}`;

export const indent = (levels: number, lines: readonly string[]): readonly string[] => lines.map((text) => line(levels, text));

/** A value after its name; a value of several lines goes on without indent, as in kubectl. */
export const field = (level: number, name: string, value: string | number): string => line(level, `${name}:\t${value}`);

/** The name, then one value a line, each in the second column. */
export function listLines(name: string, values: readonly string[]): readonly string[] {
  const [first = '<none>', ...others] = values;
  return [`${name}:\t${first}`, ...others.map((value) => `\t${value}`)];
}

/** "Labels:  a=1", the next ones below it; sorted. */
export const labelLines = (name: string, labels: StringMap | undefined): readonly string[] =>
  listLines(
    name,
    sortedEntries(labels).map(([key, value]) => `${key}=${value}`),
  );

/** kubectl's own note of what was applied; nobody wants to read it. */
const HIDDEN_ANNOTATIONS: ReadonlySet<string> = new Set(['kubectl.kubernetes.io/last-applied-configuration']);

/** Bytes of key and value in one line. */
const MAX_ANNOTATION_BYTES = 140;

export function annotationLines(name: string, annotations: StringMap | undefined): readonly string[] {
  const shown = sortedEntries(annotations).filter(([key]) => !HIDDEN_ANNOTATIONS.has(key));
  return listLines(
    name,
    shown.flatMap(([key, value]) => annotationValue(key, value.replace(/\n$/, ''))),
  );
}

function annotationValue(key: string, value: string): readonly string[] {
  const isShort = Buffer.byteLength(value) + Buffer.byteLength(key) + 2 <= MAX_ANNOTATION_BYTES;
  if (isShort && !value.includes('\n')) return [`${key}: ${value}`];
  return [`${key}:`, ...value.split('\n').map((text) => `  ${shorten(text, MAX_ANNOTATION_BYTES - 2)}`)];
}

/** Not in the middle of a character. */
export function shorten(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  return bytes.length <= maxBytes ? text : `${new TextDecoder().decode(bytes.subarray(0, maxBytes), { stream: true })}...`;
}

/** Everything is laid out together but the events, whose table has columns of its own. */
export function renderDescription(body: readonly string[], events: EventLines | undefined): string {
  if (events === undefined) return render(body);
  return events.isTable ? render(body) + render(events.lines) : render([...body, ...events.lines]);
}

export interface EventLines {
  readonly isTable: boolean;
  readonly lines: readonly string[];
}

const render = (lines: readonly string[]): string => alignTabs(escapeTerminal(`${lines.join('\n')}\n`));
