import type { BodyEnd } from './http-response.ts';

/** Counts what comes of a body and knows when it is over. Pure: bytes in, bytes out. */
export class BodyReader {
  readonly #end: BodyEnd;
  /** How much of it is read. */
  readonly #limit: number;
  readonly #kept: Buffer[] | undefined;
  readonly #chunks: ChunkReader;
  #seen = 0;
  #isOver: boolean;

  /** `keeps`: the first `maxBytes`. Without it a body that is known to be longer than that is over at once. */
  constructor(end: BodyEnd, { maxBytes, keeps }: { readonly maxBytes: number; readonly keeps: boolean }) {
    this.#end = end;
    this.#limit = end.kind === 'length' ? Math.min(end.bytes, maxBytes) : maxBytes;
    this.#kept = keeps ? [] : undefined;
    this.#chunks = new ChunkReader((data) => this.#takeData(data));
    this.#isOver = this.#limit === 0 || (!keeps && end.kind === 'length' && end.bytes > maxBytes);
  }

  /** Nothing more is to be read: the body has ended, is too long to be read, or was read as far as is allowed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get kept(): Buffer {
    return Buffer.concat(this.#kept ?? []);
  }

  /** What an end of the connection means now; undefined where it is no error. In the words of Go. */
  get cutOff(): string | undefined {
    if (this.#chunks.isMalformed) return 'invalid byte in chunk length';
    return this.#isOver || this.#end.kind === 'close' ? undefined : 'unexpected EOF';
  }

  take(bytes: Buffer): void {
    if (this.#end.kind === 'chunked') this.#chunks.take(bytes);
    else this.#takeData(bytes);
    this.#isOver ||= this.#seen >= this.#limit || this.#chunks.hasEnded;
  }

  #takeData(data: Buffer): void {
    const room = this.#limit - this.#seen;
    // A copy: the stream may use its buffer again.
    if (room > 0) this.#kept?.push(Buffer.from(data.subarray(0, room)));
    this.#seen += data.length;
  }
}

/** Transfer-Encoding: chunked (RFC 9112, 7.1). */
class ChunkReader {
  /** What is read now: a chunk's size line, its data, the line end after them, or the trailer. */
  #part: 'size' | 'data' | 'dataEnd' | 'trailer' = 'size';
  #left = 0;
  #line = '';
  readonly #onData: (data: Buffer) => void;
  hasEnded = false;
  isMalformed = false;

  constructor(onData: (data: Buffer) => void) {
    this.#onData = onData;
  }

  take(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && !this.hasEnded) at = this.#part === 'data' ? this.#takeData(bytes, at) : this.#takeLine(bytes, at);
  }

  #takeData(bytes: Buffer, at: number): number {
    const taken = Math.min(this.#left, bytes.length - at);
    this.#left -= taken;
    this.#onData(bytes.subarray(at, at + taken));
    if (this.#left === 0) this.#part = 'dataEnd';
    return at + taken;
  }

  #takeLine(bytes: Buffer, at: number): number {
    const lineEnd = bytes.indexOf('\n', at);
    const end = lineEnd < 0 ? bytes.length : lineEnd;
    // Enough for a size; extensions and trailers say nothing to us.
    if (this.#line.length < 32) this.#line += bytes.toString('latin1', at, Math.min(end, at + 32));
    if (lineEnd >= 0) this.#lineEnded();
    return end + 1;
  }

  #lineEnded(): void {
    const line = this.#line.trimEnd();
    this.#line = '';
    if (this.#part === 'dataEnd') this.#part = 'size';
    else if (this.#part === 'trailer') this.hasEnded = line === '';
    else this.#sized(Number.parseInt(line, 16));
  }

  #sized(bytes: number): void {
    this.#left = bytes;
    this.#part = bytes === 0 ? 'trailer' : 'data';
    // What is no size cannot be followed.
    this.isMalformed = Number.isNaN(bytes);
    this.hasEnded = this.isMalformed;
  }
}
