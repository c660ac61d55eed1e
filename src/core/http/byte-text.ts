/** Text as Go's strings hold it: bytes. Each character of a byte text is one byte of its UTF-8 form. */

export const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
export const textOf = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

/** Without blanks and tabs at its ends. By hand: a pattern takes quadratic time, and `trim()` takes bytes of other letters too. */
export function trimBlanks(bytes: string): string {
  let start = 0;
  let end = bytes.length;
  while (start < end && isBlank(bytes[start])) start += 1;
  while (end > start && isBlank(bytes[end - 1])) end -= 1;
  return bytes.slice(start, end);
}

const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\t';
