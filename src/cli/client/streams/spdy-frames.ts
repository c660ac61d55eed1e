/**
 * The frames of SPDY/3.1 that streams of Kubernetes use: streams opened by the client, data both ways, ends and resets
 * (https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/).
 *
 * Headers that a server sends are not looked into: what a stream is for, its opener has said.
 */
import { constants, deflateRawSync, deflateSync } from 'node:zlib';

const VERSION = 3;
const FLAG_FIN = 0x01;
const HEAD_BYTES = 8;
/** A control frame of ours is a few dozen bytes; one that is larger comes from no server of streams. */
const MAX_CONTROL_BYTES = 64 * 1024;

const TYPE = { synStream: 1, rstStream: 3, ping: 6, goAway: 7 } as const;

/** Data is told as it comes, a frame in several parts if need be. */
export type SpdyEvent =
  | { readonly kind: 'data'; readonly stream: number; readonly bytes: Buffer }
  | { readonly kind: 'end'; readonly stream: number }
  | { readonly kind: 'reset'; readonly stream: number }
  | { readonly kind: 'ping'; readonly id: number }
  /** The server is done with this connection: what it has not ended by itself ends with it. */
  | { readonly kind: 'goodbye' };

export class SpdyEncoder {
  #headersSent = false;

  /** Stream ids of a client are odd and grow. */
  openStream(stream: number, headers: Readonly<Record<string, string>>): Buffer {
    const ids = Buffer.alloc(10);
    ids.writeUInt32BE(stream, 0);
    return control(TYPE.synStream, Buffer.concat([ids, this.#compressed(headers)]));
  }

  data(stream: number, bytes: Uint8Array): Buffer {
    return Buffer.concat([dataHead(stream, 0, bytes.length), bytes]);
  }

  /** Nothing more comes on this stream from here. */
  end(stream: number): Buffer {
    return dataHead(stream, FLAG_FIN, 0);
  }

  ping(id: number): Buffer {
    const body = Buffer.alloc(4);
    body.writeUInt32BE(id);
    return control(TYPE.ping, body);
  }

  /**
   * All header blocks of a connection are one zlib stream: only the first has its head. The dictionary that SPDY names is
   * not used, as zlib's head says; each block stands for itself.
   */
  #compressed(headers: Readonly<Record<string, string>>): Buffer {
    const entries = Object.entries(headers);
    const block = Buffer.concat([
      uint32(entries.length),
      ...entries.flat().flatMap((text) => [uint32(Buffer.byteLength(text)), Buffer.from(text)]),
    ]);
    const options = { finishFlush: constants.Z_SYNC_FLUSH };
    const compressed = this.#headersSent ? deflateRawSync(block, options) : deflateSync(block, options);
    this.#headersSent = true;
    return compressed;
  }
}

export class SpdyDecoder {
  #rest = Buffer.alloc(0);
  /** The data frame whose bytes are coming. */
  #open: { readonly stream: number; readonly isLast: boolean; left: number } | undefined;

  /** Takes the next bytes, cut anywhere. Throws an Error for what is not SPDY/3.1. */
  push(chunk: Buffer): readonly SpdyEvent[] {
    const events: SpdyEvent[] = [];
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const taken = this.#open === undefined ? this.#frame(bytes, events) : this.#data(bytes, events);
      if (taken === 0) break;
      bytes = bytes.subarray(taken);
    }
    this.#rest = Buffer.from(bytes);
    return events;
  }

  /** How many bytes it took: none, if the frame is not whole. */
  #frame(bytes: Buffer, events: SpdyEvent[]): number {
    if (bytes.length < HEAD_BYTES) return 0;
    const first = bytes.readUInt32BE(0);
    const flags = bytes.readUInt8(4);
    const length = bytes.readUIntBE(5, 3);
    if (first >>> 31 === 0) {
      this.#open = { stream: first, isLast: (flags & FLAG_FIN) !== 0, left: length };
      if (length === 0) this.#endFrame(events);
      return HEAD_BYTES;
    }
    if (((first >>> 16) & 0x7fff) !== VERSION) throw new Error('it does not speak SPDY/3.1');
    if (length > MAX_CONTROL_BYTES) throw new Error(`it sent a control frame of ${length} bytes`);
    if (bytes.length < HEAD_BYTES + length) return 0;
    events.push(...controlEvents(first & 0xffff, flags, bytes.subarray(HEAD_BYTES, HEAD_BYTES + length)));
    return HEAD_BYTES + length;
  }

  #data(bytes: Buffer, events: SpdyEvent[]): number {
    const open = this.#open;
    if (open === undefined || bytes.length === 0) return 0;
    const part = bytes.subarray(0, open.left);
    events.push({ kind: 'data', stream: open.stream, bytes: Buffer.from(part) });
    open.left -= part.length;
    if (open.left === 0) this.#endFrame(events);
    return part.length;
  }

  #endFrame(events: SpdyEvent[]): void {
    if (this.#open?.isLast === true) events.push({ kind: 'end', stream: this.#open.stream });
    this.#open = undefined;
  }
}

/** Any frame about a stream may end it: a reply, headers. All others are of no account here. */
function controlEvents(type: number, flags: number, body: Buffer): readonly SpdyEvent[] {
  if (body.length < 4) return [];
  const id = body.readUInt32BE(0);
  if (type === TYPE.goAway) return [{ kind: 'goodbye' }];
  if (type === TYPE.ping) return [{ kind: 'ping', id }];
  const stream = id & 0x7fffffff;
  if (type === TYPE.rstStream) return [{ kind: 'reset', stream }];
  return STREAM_FRAMES.has(type) && (flags & FLAG_FIN) !== 0 ? [{ kind: 'end', stream }] : [];
}

/** SYN_REPLY and HEADERS. */
const STREAM_FRAMES: ReadonlySet<number> = new Set([2, 8]);

function control(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt16BE(0x8000 | VERSION, 0);
  head.writeUInt16BE(type, 2);
  head.writeUIntBE(body.length, 5, 3);
  return Buffer.concat([head, body]);
}

function dataHead(stream: number, flags: number, length: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(stream, 0);
  head.writeUInt8(flags, 4);
  head.writeUIntBE(length, 5, 3);
  return head;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
