import type { Json } from '../model/api-objects.ts';
import { compareText } from './label-text.ts';

/** JSON as kubectl prints it: fields sorted, indented by four, and no `<`, `>` or `&` in texts (Go's `encoding/json`). */
export const jsonText = (value: Json): string => `${write(value, '\n')}\n`;

function write(value: Json, newline: string): string {
  if (Array.isArray(value))
    return block(
      '[',
      ']',
      value.map((item) => write(item, `${newline}    `)),
      newline,
    );
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? quote(value) : JSON.stringify(value);
  const fields = value as Readonly<Record<string, Json | undefined>>;
  const names = Object.keys(fields)
    .filter((name) => fields[name] !== undefined)
    .sort(compareText);
  return block(
    '{',
    '}',
    names.map((name) => `${quote(name)}: ${write(fields[name] ?? null, `${newline}    `)}`),
    newline,
  );
}

const block = (open: string, close: string, parts: readonly string[], newline: string): string =>
  parts.length === 0 ? `${open}${close}` : `${open}${parts.map((part) => `${newline}    ${part}`).join(',')}${newline}${close}`;

const quote = (text: string): string =>
  JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
