/**
 * Which bytes of a stream of any length are kept, and where they lie in an image of fixed size: the first `headBytes`
 * in order, then the last `tailBytes` as a ring. Pure: the image may be memory, a file, or both.
 */
import type { KeptStream } from '../ports/hook-output.ts';

/** 64 KiB a stream: what somebody reads of a failed hook is how it began and how it ended. */
export const headBytes = 32 * 1024;
export const tailBytes = 32 * 1024;

export interface KeptLimits {
  readonly head: number;
  readonly tail: number;
}

export const defaultLimits: KeptLimits = { head: headBytes, tail: tailBytes };

export interface Placement {
  /** Offset in the image. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Where the bytes of `chunk` go that are to be kept, when `total` bytes have come before it. */
export function placements(total: number, chunk: Uint8Array, { head, tail }: KeptLimits): Placement[] {
  const room = Math.max(0, head - total);
  const found: Placement[] = room > 0 ? [{ at: total, bytes: chunk.subarray(0, room) }] : [];
  // Of what is beyond the head only the last bytes can stay: the rest is not even copied.
  const from = Math.max(Math.min(room, chunk.length), chunk.length - tail);
  let rest = chunk.subarray(from);
  for (let position = total + from - head; rest.length > 0; ) {
    const at = position % tail;
    const bytes = rest.subarray(0, tail - at);
    found.push({ at: head + at, bytes });
    position += bytes.length;
    rest = rest.subarray(bytes.length);
  }
  return found.filter((placement) => placement.bytes.length > 0);
}

/** The kept stream of an image into which `total` bytes were placed. */
export function keptOf(image: Uint8Array, total: number, { head, tail }: KeptLimits): KeptStream {
  const beyond = Math.max(0, total - head);
  const start = beyond > tail ? beyond % tail : 0;
  const ring = image.subarray(head, head + Math.min(beyond, tail));
  return {
    head: Buffer.from(image.subarray(0, Math.min(total, head))),
    tail: Buffer.concat([ring.subarray(start), ring.subarray(0, start)]),
    cutBytes: Math.max(0, beyond - tail),
  };
}
