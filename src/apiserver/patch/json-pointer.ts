/** JSON pointers, RFC 6901. */
import { quoted } from '../status-error.ts';

/** `/metadata/labels/a~1b` is `['metadata', 'labels', 'a/b']`; the empty text is the whole document. Undefined: no pointer. */
export function parsePointer(text: string): readonly string[] | undefined {
  if (text === '') return [];
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined;
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export const pointerProblem = (text: string): string =>
  `JSON pointer ${quoted(text)} is malformed: it starts with "/", and "~" and "/" in a name are written "~0" and "~1"`;

/**
 * The position that a part of a pointer names in a list of `length`. Negative ones count from the end: no standard, but
 * upstream takes them. Undefined: no number, or outside.
 */
export function listIndex(part: string, length: number): number | undefined {
  if (!/^(?:0|-?[1-9]\d{0,9})$/.test(part)) return undefined;
  const index = Number(part) < 0 ? Number(part) + length : Number(part);
  return index >= 0 && index < length ? index : undefined;
}
