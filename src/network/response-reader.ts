import type { Socket } from 'node:net';
import { bodyEnd, isInformational, parseResponseHead, type ResponseHead } from '../core/hook/http-response.ts';
import type { HttpHookAnswer } from '../ports/http-hook-client.ts';
import { BodyDrain } from './body-drain.ts';
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

  async head(): Promise<HttpHookAnswer> {
    for (;;) {
      const answer = this.#parsed() ?? (await this.#more());
      if (answer !== undefined) return answer;
    }
  }

  /** What the bytes so far say; undefined when they are too few. */
  #parsed(): HttpHookAnswer | undefined {
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
  async #more(): Promise<HttpHookAnswer | undefined> {
    const held = this.#heads.length + this.#rest.length;
    if (held > MAX_HEAD_BYTES) return this.#failed(`net/http: server response headers exceeded ${MAX_HEAD_BYTES} bytes; aborted`);
    const next = await this.#next();
    if (next === undefined) return this.#failed(held > 0 ? 'unexpected EOF' : 'EOF', true);
    if (next instanceof Error) return this.#failed(brokenOff(next, this.#peer), true);
    this.#rest = Buffer.concat([this.#rest, next]);
    return undefined;
  }

  #failed(error: string, cutOff = false): HttpHookAnswer {
    return { kind: 'failed', error, cutOff, received: Buffer.concat([this.#heads, this.#rest]) };
  }

  #response(head: ResponseHead): HttpHookAnswer {
    return { kind: 'response', head, received: this.#heads, finish: (maxBytes) => this.#drain(new BodyDrain(bodyEnd(head), maxBytes)) };
  }

  async #drain(body: BodyDrain): Promise<void> {
    try {
      body.take(this.#rest);
      while (!body.isOver) {
        const next = await this.#next();
        if (next instanceof Error || next === undefined) return;
        body.take(next);
      }
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
