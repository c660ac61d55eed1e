/**
 * One text in YAML 1.1, as libyaml's emitter writes it (`emitterc.go`): plain if it reads back as the same text, else in
 * single quotes, else in double quotes; with line breaks as a literal block. What is wider than 80 columns is folded.
 */
import { isAmbiguous } from './yaml-ambiguous.ts';

export interface ScalarPlace {
  /** Columns before the lines that it goes on with. */
  readonly indent: number;
  /** Where it begins. */
  readonly column: number;
}

const BEST_WIDTH = 80;
/** A key is looked for no further than that. */
const MAX_KEY_BYTES = 128;

/** Of a key that cannot stand before its colon in one line. */
export const isLongKey = (key: string): boolean => Buffer.byteLength(key) > MAX_KEY_BYTES || /[\r\n\u2028\u2029]/.test(key);

/** Of a key that is not long: in one line, however wide. */
export function keyText(key: string): string {
  const style = styleOf(key);
  if (style === 'plain') return key;
  return style === 'single' ? `'${key.replaceAll("'", "''")}'` : `"${escaped(key).join('')}"`;
}

export function scalarText(text: string, place: ScalarPlace): string {
  const style = styleOf(text);
  switch (style) {
    case 'plain':
      return fold([...text], place, 'onlySingleSpaces');
    case 'single':
      return `'${fold(
        [...text].map((character) => (character === "'" ? "''" : character)),
        inQuotes(place),
        'onlySingleSpaces',
      )}'`;
    case 'double':
      return `"${fold(escaped(text), inQuotes(place), 'anySpace')}"`;
    case 'literal':
      return literal(text, place.indent);
    default:
      return style satisfies never;
  }
}

const inQuotes = ({ indent, column }: ScalarPlace): ScalarPlace => ({ indent, column: column + 1 });

function styleOf(text: string): 'plain' | 'single' | 'double' | 'literal' {
  if ([...text].some((character) => !isPrintable(character))) return 'double';
  if (text.includes('\n')) return text.endsWith(' ') || text.includes(' \n') ? 'double' : 'literal';
  if (isAmbiguous(text)) return 'double';
  return hasMeaning(text) ? 'single' : 'plain';
}

/** YAML would take something in it for its own. */
const hasMeaning = (text: string): boolean => /^(?:[ #,[\]{}&*!|>'"%@`]|[?:-](?: |$)|---|\.\.\.)| $|:(?: |$)| #/.test(text);

/** Of a text that may stand as it is. libyaml writes all beyond the first 65536 characters by their code. */
function isPrintable(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x0a) return true;
  if (code < 0x20 || (code > 0x7e && code < 0xa0) || code === 0x2028 || code === 0x2029) return false;
  return code < 0xfffe && code !== 0xfeff && !(code >= 0xd800 && code <= 0xdfff);
}

/** Beyond the width the next space becomes a line break; in double quotes a second space is then kept by a backslash. */
function fold(pieces: readonly string[], { indent, column }: ScalarPlace, where: 'onlySingleSpaces' | 'anySpace'): string {
  let folded = '';
  let at = column;
  let wasSpace = false;
  for (const [index, piece] of pieces.entries()) {
    const isSpace = piece === ' ';
    const isInside = index > 0 && index < pieces.length - 1;
    const isNextSpace = pieces[index + 1] === ' ';
    if (isSpace && isInside && !wasSpace && at > BEST_WIDTH && (where === 'anySpace' || !isNextSpace)) {
      const kept = isNextSpace ? '\\' : '';
      folded += `\n${' '.repeat(indent)}${kept}`;
      at = indent + kept.length;
    } else {
      folded += piece;
      at += piece.length;
    }
    wasSpace = isSpace;
  }
  return folded;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\u001b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

const escaped = (text: string): readonly string[] =>
  [...text].map((character) => SHORT_ESCAPES[character] ?? (isPrintable(character) ? character : byCode(character)));

function byCode(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** A first line that is indented needs the indent said; the sign says how many line breaks belong to the end. */
function literal(text: string, indent: number): string {
  const indentHint = /^[ \n]/.test(text) ? '2' : '';
  const chomping = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : '';
  const lines = text.replace(/\n$/, '').split('\n');
  return [`|${indentHint}${chomping}`, ...lines.map((line) => (line === '' ? '' : `${' '.repeat(indent)}${line}`))].join('\n');
}
