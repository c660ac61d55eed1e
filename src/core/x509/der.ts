/**
 * Writes DER (ITU-T X.690), as far as certificates need it. It only writes: what others wrote is read by OpenSSL, so no
 * parser of ours ever meets foreign bytes.
 */
const TAGS = { boolean: 0x01, integer: 0x02, bitString: 0x03, octetString: 0x04, oid: 0x06, utf8String: 0x0c, sequence: 0x30, set: 0x31 };
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const CONTEXT = 0x80;
const CONSTRUCTED = 0x20;

export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, { length }) => sum + length, 0);
  const written = new Uint8Array(1 + sizeOfLength(length) + length);
  written[0] = tag;
  let at = writeLength(written, length);
  for (const content of contents) {
    written.set(content, at);
    at += content.length;
  }
  return written;
}

const sizeOfLength = (length: number): number => (length < 0x80 ? 1 : length < 0x100 ? 2 : length < 0x1_0000 ? 3 : 4);

function writeLength(into: Uint8Array, length: number): number {
  const size = sizeOfLength(length);
  if (size === 1) {
    into[1] = length;
    return 2;
  }
  into[1] = 0x80 | (size - 1);
  for (let byte = size - 2; byte >= 0; byte -= 1) into[size - byte] = (length >>> (8 * byte)) & 0xff;
  return size + 1;
}

export const sequence = (...contents: readonly Uint8Array[]): Uint8Array => der(TAGS.sequence, ...contents);
export const setOf = (...contents: readonly Uint8Array[]): Uint8Array => der(TAGS.set, ...contents);
export const octetString = (...contents: readonly Uint8Array[]): Uint8Array => der(TAGS.octetString, ...contents);
export const utf8String = (text: string): Uint8Array => der(TAGS.utf8String, new TextEncoder().encode(text));
export const TRUE = der(TAGS.boolean, Uint8Array.of(0xff));

/** Not negative, from its bytes, the highest first: as short as it can be, with a zero before a first bit that is set. */
export function integer(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  const shortest = first === -1 ? Uint8Array.of(0) : bytes.subarray(first);
  return (shortest[0] ?? 0) < 0x80 ? der(TAGS.integer, shortest) : der(TAGS.integer, Uint8Array.of(0), shortest);
}

/** `unusedBits` of the last byte do not count. */
export const bitString = (bytes: Uint8Array, unusedBits = 0): Uint8Array => der(TAGS.bitString, Uint8Array.of(unusedBits), bytes);

/** `text`: "2.5.29.17". */
export function oid(text: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  return der(TAGS.oid, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(value: number): readonly number[] {
  const digits = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

/** A field with a number instead of its own tag (IMPLICIT). */
export const implicit = (number: number, ...contents: readonly Uint8Array[]): Uint8Array => der(CONTEXT | number, ...contents);
/** A whole value inside a numbered field (EXPLICIT). */
export const explicit = (number: number, ...values: readonly Uint8Array[]): Uint8Array => der(CONTEXT | CONSTRUCTED | number, ...values);

/** Whole seconds; two-digit years until 2049, as RFC 5280 4.1.2.5 wants it. `wallMs`: since the Unix epoch. */
export function time(wallMs: number): Uint8Array {
  const text = `${new Date(wallMs).toISOString().replace(/[-:T]|\.\d+/g, '')}`;
  const isShort = text >= '1950' && text < '2050';
  return der(isShort ? UTC_TIME : GENERALIZED_TIME, new TextEncoder().encode(isShort ? text.slice(2) : text));
}
