/**
 * The wire format of protocol buffers, read from bytes that nobody vouches for: every length is checked against what is
 * there, and nothing is read twice.
 */
import { badRequest, type StatusError } from '../status-error.ts';

export interface WireField {
  readonly number: number;
  /** Of a length-delimited field. */
  readonly bytes?: Uint8Array;
  /** Of a varint; two's complement of 64 bits is for the reader to undo. */
  readonly varint?: bigint;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const MAX_VARINT_BYTES = 10;

/** The fields of a message, in the order in which they come. */
export function* readWire(message: Uint8Array): Generator<WireField> {
  const cursor = { at: 0 };
  while (cursor.at < message.length) {
    const tag = readVarint(message, cursor);
    const number = Number(tag >> 3n);
    switch (Number(tag & 7n)) {
      case VARINT:
        yield { number, varint: readVarint(message, cursor) };
        break;
      case BYTES:
        yield { number, bytes: take(message, cursor, Number(readVarint(message, cursor))) };
        break;
      case FIXED64:
        take(message, cursor, 8);
        break;
      case FIXED32:
        take(message, cursor, 4);
        break;
      default:
        throw malformed();
    }
  }
}

function readVarint(message: Uint8Array, cursor: { at: number }): bigint {
  let value = 0n;
  for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
    const byte = message[cursor.at];
    if (byte === undefined) throw malformed();
    cursor.at += 1;
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw malformed();
}

function take(message: Uint8Array, cursor: { at: number }, length: number): Uint8Array {
  const end = cursor.at + length;
  if (!Number.isSafeInteger(end) || end > message.length) throw malformed();
  const bytes = message.subarray(cursor.at, end);
  cursor.at = end;
  return bytes;
}

export const malformed = (): StatusError => badRequest('the body of the request is not valid protobuf');
