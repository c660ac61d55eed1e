import type { Socket } from 'node:net';
import { BodyReader } from '../core/http/body-reader.ts';
import { bodyEnd, isInformational, parseResponseHead, type ResponseHead } from '../core/http/http-response.ts';
import type { HttpAnswer, HttpBody } from '../ports/http-client.ts';
import { brokenOff } from './secure.ts';

/** Far above any real head, and nothing that a hostile receiver could fill the agent's memory with. */
const MAX_HEAD_BYTES = 1024 * 1024;

/** Reads the one response of a connection. Rejects with the signal's reason once that is aborted. */
export class ResponseReader {
  readonly #stream: Socket;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #peer: string;
  readonly #signal: AbortSignal;
  /** Heads of responses before the response, and then its own. */
  #heads = Buffer.alloc(0);
  /** What came and is not read yet. */
  #rest = Buffer.alloc(0);

  constructor(stream: Socket, peer: string, signal: AbortSignal) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.#peer = peer;
    this.#signal = signal;
  }

  async head(): Promise<HttpAnswer> {
    for (;;) {
      const answer = this.#parsed() ?? (await this.#more());
      if (answer !== undefined) return answer;
    }
  }

  /** What the bytes so far say; undefined when they are too few. */
  #parsed(): HttpAnswer | undefined {
    for (;;) {
      const parsed = parseResponseHead(this.#rest.toString('latin1'));
      if (parsed.kind === 'incomplete') return undefined;
      if (parsed.kind === 'malformed') return this.#failed(`net/http: HTTP/1.x transport connection broken: ${parsed.error}`);
      this.#heads = Buffer.concat([this.#heads, this.#rest.subarray(0, parsed.length)]);
      this.#rest = this.#rest.subarray(parsed.length);
      if (!isInformational(parsed.head)) return this.#response(parsed.head);
    }
  }

  /** Waits for bytes; gives an answer when none will come, or too many came. */
  async #more(): Promise<HttpAnswer | undefined> {
    const held = this.#heads.length + this.#rest.length;
    if (held > MAX_HEAD_BYTES) return this.#failed(`net/http: server response headers exceeded ${MAX_HEAD_BYTES} bytes; aborted`);
    const next = await this.#next();
    if (next === undefined) return this.#failed(held > 0 ? 'unexpected EOF' : 'EOF', true);
    if (next instanceof Error) return this.#failed(brokenOff(next, this.#peer), true);
    this.#rest = Buffer.concat([this.#rest, next]);
    return undefined;
  }

  #failed(error: string, cutOff = false): HttpAnswer {
    return { kind: 'failed', error, cutOff, received: Buffer.concat([this.#heads, this.#rest]) };
  }

  #response(head: ResponseHead): HttpAnswer {
    const body = (maxBytes: number, keeps: boolean): Promise<HttpBody> => this.#read(new BodyReader(bodyEnd(head), { maxBytes, keeps }));
    return {
      kind: 'response',
      head,
      received: this.#heads,
      finish: async (maxBytes) => void (await body(maxBytes, false)),
      read: (maxBytes) => body(maxBytes, true),
    };
  }

  async #read(body: BodyReader): Promise<HttpBody> {
    try {
      body.take(this.#rest);
      while (!body.isOver) {
        const next = await this.#next();
        if (next instanceof Error) return { bytes: body.kept, error: brokenOff(next, this.#peer) };
        if (next === undefined) break;
        body.take(next);
      }
      const error = body.cutOff;
      return { bytes: body.kept, ...(error === undefined ? {} : { error }) };
    } finally {
      this.#stream.destroy();
    }
  }

  /** Undefined at the end of the stream. */
  async #next(): Promise<Buffer | Error | undefined> {
    try {
      const { value, done } = await this.#chunks.next();
      this.#signal.throwIfAborted();
      return done === true ? undefined : (value as Buffer);
    } catch (error) {
      this.#signal.throwIfAborted();
      return error as Error;
    }
  }
}
