import type { BodyEnd } from '../core/hook/http-response.ts';

/** A chunk's size line, its data, the line end after its data, or the trailer. */
type ChunkPart = 'size' | 'data' | 'dataEnd' | 'trailer';

/** Counts what comes of a body and knows when it is over. Keeps none of it but the beginning of a line. */
export class BodyDrain {
  readonly #end: BodyEnd;
  readonly #maxBytes: number;
  #seen = 0;
  #part: ChunkPart = 'size';
  #left = 0;
  #line = '';
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

  take(chunk: Buffer): void {
    if (this.#end.kind === 'chunked') this.#takeChunked(chunk);
    else this.#seen += chunk.length;
    const enough = this.#end.kind === 'length' ? Math.min(this.#end.bytes, this.#maxBytes) : this.#maxBytes;
    if (this.#seen >= enough) this.#isOver = true;
  }

  #takeChunked(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.#isOver) {
      if (this.#part === 'data') {
        const taken = Math.min(this.#left, chunk.length - at);
        at += taken;
        this.#left -= taken;
        this.#seen += taken;
        if (this.#left === 0) this.#part = 'dataEnd';
        if (this.#seen >= this.#maxBytes) this.#isOver = true;
      } else {
        const lineEnd = chunk.indexOf('\n', at);
        const end = lineEnd < 0 ? chunk.length : lineEnd;
        // Enough for a size; extensions and trailers say nothing to us.
        if (this.#line.length < 32) this.#line += chunk.toString('latin1', at, Math.min(end, at + 32));
        at = end + 1;
        if (lineEnd >= 0) this.#lineEnded();
      }
    }
  }

  #lineEnded(): void {
    const line = this.#line.trimEnd();
    this.#line = '';
    if (this.#part === 'dataEnd') this.#part = 'size';
    else if (this.#part === 'trailer') this.#isOver = line === '';
    else {
      this.#left = Number.parseInt(line, 16);
      // What is no size cannot be followed; upstream drops the error too.
      if (Number.isNaN(this.#left)) this.#isOver = true;
      else this.#part = this.#left === 0 ? 'trailer' : 'data';
    }
  }
}
