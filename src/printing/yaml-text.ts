/**
 * JSON values as the YAML that kubectl prints (`sigs.k8s.io/yaml`, a YAML 1.1 emitter): fields sorted, lists not
 * indented below their name, texts without quotes where that is safe. How a single text is written: `yaml-scalar.ts`.
 */
import type { Json, JsonObject } from '../model/api-objects.ts';
import { naturalOrder } from './natural-order.ts';
import { isLongKey, keyText, scalarText } from './yaml-scalar.ts';

const INDENT = 2;

export const yamlText = (value: Json): string => `${isBlock(value) ? blockLines(value, 0).join('\n') : flowText(value, 0, 0)}\n`;

/** Written over several lines of its own. */
const isBlock = (value: Json): value is readonly Json[] | JsonObject =>
  typeof value === 'object' && value !== null && (Array.isArray(value) ? value.length > 0 : fieldNames(value as JsonObject).length > 0);

const isList = (value: readonly Json[] | JsonObject): value is readonly Json[] => Array.isArray(value);

const fieldNames = (value: JsonObject): readonly string[] =>
  Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .sort(naturalOrder);

/** `indent` columns stand before each line. */
function blockLines(value: readonly Json[] | JsonObject, indent: number): readonly string[] {
  const lines = isList(value)
    ? value.flatMap((item) => itemLines(item, indent))
    : fieldNames(value).flatMap((name) => fieldLines(name, value[name] ?? null, indent));
  return lines;
}

const pad = (columns: number): string => ' '.repeat(columns);

function itemLines(item: Json, indent: number): readonly string[] {
  if (!isBlock(item)) return [`${pad(indent)}- ${flowText(item, indent + INDENT, indent + INDENT)}`];
  const [first = '', ...others] = blockLines(item, indent + INDENT);
  return [`${pad(indent)}- ${first.slice(indent + INDENT)}`, ...others];
}

function fieldLines(name: string, value: Json, indent: number): readonly string[] {
  if (isLongKey(name)) return longFieldLines(name, value, indent);
  const before = `${pad(indent)}${keyText(name)}:`;
  if (!isBlock(value)) return [`${before} ${flowText(value, indent + INDENT, columnsOf(before) + 1)}`];
  return [before, ...blockLines(value, isList(value) ? indent : indent + INDENT)];
}

/** The name is marked as one, and its value stands in the next line. */
function longFieldLines(name: string, value: Json, indent: number): readonly string[] {
  const inner = indent + INDENT;
  const key = `${pad(indent)}? ${flowText(name, inner, inner)}`;
  if (!isBlock(value)) return [key, `${pad(indent)}: ${flowText(value, inner, inner)}`];
  const [first = '', ...others] = blockLines(value, inner);
  return [key, `${pad(indent)}: ${first.slice(inner)}`, ...others];
}

/** In the line it stands in. `indent`: of the lines it goes on with; `column`: where it begins. */
function flowText(value: Json, indent: number, column: number): string {
  if (typeof value === 'string') return scalarText(value, { indent, column });
  if (Array.isArray(value)) return '[]';
  return typeof value === 'object' && value !== null ? '{}' : String(value);
}

const columnsOf = (text: string): number => [...text].length;
