/** As `KeptStream` of the port `HookOutputStore`. */
export interface CutStream {
  readonly head: Buffer;
  readonly tail: Buffer;
  readonly cutBytes: number;
}

/**
 * What a hook wrote, as text, with a line of its own where bytes were cut. A character that the cut divided is left
 * out: half of it would show as garbage that the hook never wrote.
 */
export function printKeptStream(stream: CutStream): string {
  if (stream.cutBytes === 0) return Buffer.concat([stream.head, stream.tail]).toString('utf8');
  const { head, tail } = wholeCharacters(stream);
  const start = head.toString('utf8');
  const newline = start === '' || start.endsWith('\n') ? '' : '\n';
  return `${start}${newline}… ${stream.cutBytes} bytes cut …\n${tail.toString('utf8')}`;
}

/** What a hook wrote, for programs. `head` is everything when nothing was cut. */
export interface KeptJson {
  readonly head: string;
  readonly tail: string;
  readonly cutBytes: number;
  /** Of `head` and `tail`; base64 when they are no text. */
  readonly encoding: 'utf-8' | 'base64';
}

export function keptJson(stream: CutStream): KeptJson {
  const whole = stream.cutBytes === 0 ? { head: Buffer.concat([stream.head, stream.tail]), tail: Buffer.alloc(0), cutBytes: 0 } : stream;
  const text = whole.cutBytes === 0 ? whole : wholeCharacters(whole);
  const isText = isUtf8(text.head) && isUtf8(text.tail);
  const { head, tail, cutBytes } = isText ? text : whole;
  const encoding = isText ? 'utf-8' : 'base64';
  return { head: head.toString(isText ? 'utf8' : 'base64'), tail: tail.toString(isText ? 'utf8' : 'base64'), cutBytes, encoding };
}

/** Without the bytes of a character that the cut divided. */
function wholeCharacters({ head, tail, cutBytes }: CutStream): CutStream {
  const start = head.subarray(0, wholeCharactersEnd(head));
  const end = tail.subarray(firstCharacterStart(tail));
  return { head: start, tail: end, cutBytes: cutBytes + head.length + tail.length - start.length - end.length };
}

const isUtf8 = (bytes: Buffer): boolean => Buffer.from(bytes.toString('utf8')).equals(bytes);

/** In UTF-8 a byte 10xxxxxx continues a character; there are at most three of them. */
const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

function firstCharacterStart(bytes: Buffer): number {
  let start = 0;
  while (start < 3 && isContinuation(bytes[start])) start += 1;
  return start;
}

function wholeCharactersEnd(bytes: Buffer): number {
  let lead = bytes.length - 1;
  while (lead > bytes.length - 4 && isContinuation(bytes[lead])) lead -= 1;
  const needed = characterLength(bytes[lead] ?? 0);
  return lead >= 0 && lead + needed > bytes.length ? lead : bytes.length;
}

/** By the lead byte: 110xxxxx begins two bytes, 1110xxxx three, 11110xxx four. */
function characterLength(lead: number): number {
  if (lead >= 0xf0 && lead < 0xf8) return 4;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xc0 && lead < 0xe0 ? 2 : 1;
}
