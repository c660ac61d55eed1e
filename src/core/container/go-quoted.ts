/** A text as Go's `strconv.Quote` writes it: that is how the kubelet writes labels and annotations into files. */
export function goQuoted(text: string): string {
  let quoted = '';
  for (const character of text) quoted += SHORT[character] ?? (PRINTABLE.test(character) ? character : escaped(character));
  return `"${quoted}"`;
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols, and of all spaces the plain one. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  // Half of a pair is no character: encoded as UTF-8 it becomes the replacement character.
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
