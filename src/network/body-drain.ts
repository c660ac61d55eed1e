import type { BodyEnd } from '../core/hook/http-response.ts';

/** Counts what comes of a body and knows when it is over. Keeps none of it but the beginning of a line. */
export class BodyDrain {
  readonly #end: BodyEnd;
  readonly #maxBytes: number;
  readonly #chunks = new ChunkCounter();
  #seen = 0;
  #isOver: boolean;

  constructor(end: BodyEnd, maxBytes: number) {
    this.#end = end;
    this.#maxBytes = maxBytes;
    this.#isOver = maxBytes === 0 || (end.kind === 'length' && (end.bytes === 0 || end.bytes > maxBytes));
  }

  /** Nothing more is to be read: the body has ended, is too long to be read, or was read as far as is allowed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  take(bytes: Buffer): void {
    const isChunked = this.#end.kind === 'chunked';
    if (isChunked) this.#chunks.take(bytes);
    this.#seen = isChunked ? this.#chunks.dataBytes : this.#seen + bytes.length;
    const enough = this.#end.kind === 'length' ? Math.min(this.#end.bytes, this.#maxBytes) : this.#maxBytes;
    this.#isOver ||= this.#seen >= enough || this.#chunks.hasEnded;
  }
}

/** Transfer-Encoding: chunked (RFC 9112, 7.1). */
class ChunkCounter {
  /** What is read now: a chunk's size line, its data, the line end after them, or the trailer. */
  #part: 'size' | 'data' | 'dataEnd' | 'trailer' = 'size';
  #left = 0;
  #line = '';
  dataBytes = 0;
  hasEnded = false;

  take(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && !this.hasEnded) at = this.#part === 'data' ? this.#takeData(bytes, at) : this.#takeLine(bytes, at);
  }

  #takeData(bytes: Buffer, at: number): number {
    const taken = Math.min(this.#left, bytes.length - at);
    this.#left -= taken;
    this.dataBytes += taken;
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
    // What is no size cannot be followed; upstream drops the error too.
    if (Number.isNaN(bytes)) this.hasEnded = true;
  }
}
