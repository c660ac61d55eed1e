import { BodyReader } from '../core/http/body-reader.ts';
import { bodyEnd, parseResponseHead } from '../core/http/http-response.ts';
import type { Clock } from '../ports/clock.ts';
import { type HttpAnswer, type HttpBody, type HttpClient, type HttpTarget, hostPort } from '../ports/http-client.ts';
import { after } from './scripted-timers.ts';

/** What a receiver does with one request. */
export type HttpReply =
  | { readonly response: string; readonly afterMs?: number; readonly bodyHangs?: boolean }
  /** Takes the request and says nothing. */
  | 'silence'
  /** Closes the connection without a word. */
  | 'close';

export interface HttpReceiver {
  readonly tls?: boolean;
  /** `request` counts from 1. */
  reply(head: string, request: number): HttpReply;
}

/** Receivers of HTTP hooks and probes in memory, by "host:port"; where there is none, connections are refused. */
export class ScriptedHttp implements HttpClient {
  /** Every connection that was tried, to "host:port". */
  readonly dialled: { readonly wallMs: number; readonly to: string }[] = [];
  /** All that was received, in order. */
  readonly requests: { readonly wallMs: number; readonly to: string; readonly head: string }[] = [];
  /** How many requests wait for their answer, or for the rest of it. */
  open = 0;
  readonly #clock: Clock;
  readonly #receivers = new Map<string, HttpReceiver>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  receive(at: string, receiver: HttpReceiver): void {
    this.#receivers.set(at, receiver);
  }

  async nodeAddress(): Promise<string> {
    return '192.0.2.1';
  }

  async send({ scheme, hostname, port, head }: HttpTarget, signal: AbortSignal): Promise<HttpAnswer> {
    signal.throwIfAborted();
    const to = hostPort(hostname, port);
    this.dialled.push({ wallMs: this.#clock.now().wallMs, to });
    const receiver = this.#receivers.get(to);
    if (receiver === undefined) return failed(`dial tcp ${to}: connect: connection refused`);
    if (scheme === 'https' && receiver.tls !== true) return { kind: 'plainHttp', error: 'http: server gave HTTP response to HTTPS client' };
    if (scheme === 'http' && receiver.tls === true) return failed('EOF', '', true);
    this.requests.push({ wallMs: this.#clock.now().wallMs, to: `${scheme}://${to}`, head });
    const reply = receiver.reply(head, this.requests.filter((request) => request.to === `${scheme}://${to}`).length);
    if (reply === 'close') return failed('EOF', '', true);
    await this.#wait(reply === 'silence' ? undefined : (reply.afterMs ?? 0), signal);
    return reply === 'silence' ? failed('EOF') : this.#answer(reply, signal);
  }

  #answer({ response, bodyHangs }: Exclude<HttpReply, string>, signal: AbortSignal): HttpAnswer {
    const parsed = parseResponseHead(response);
    if (parsed.kind === 'malformed') return failed(`net/http: HTTP/1.x transport connection broken: ${parsed.error}`, response);
    if (parsed.kind === 'incomplete') return failed('unexpected EOF', response, true);
    const received = Buffer.from(response.slice(0, parsed.length), 'latin1');
    const whole = Buffer.from(response.slice(parsed.length), 'latin1');
    const body = async (maxBytes: number, keeps: boolean): Promise<HttpBody> => {
      const reader = new BodyReader(bodyEnd(parsed.head), { maxBytes, keeps });
      reader.take(whole);
      await this.#wait(bodyHangs === true && !reader.isOver ? undefined : 0, signal);
      return { bytes: reader.kept, ...(reader.cutOff === undefined ? {} : { error: reader.cutOff }) };
    };
    return {
      kind: 'response',
      head: parsed.head,
      received,
      finish: async (maxBytes) => void (await body(maxBytes, false)),
      read: (maxBytes) => body(maxBytes, true),
    };
  }

  /** For ever, without a time. */
  async #wait(ms: number | undefined, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (ms === 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const aborted = (): void => reject(signal.reason);
    signal.addEventListener('abort', aborted, { once: true });
    const forget = ms === undefined ? () => {} : after(this.#clock, ms, resolve);
    this.open += 1;
    try {
      await promise;
    } finally {
      this.open -= 1;
      forget();
      signal.removeEventListener('abort', aborted);
    }
  }
}

const failed = (error: string, received = '', cutOff = false): HttpAnswer => ({
  kind: 'failed',
  error,
  cutOff,
  received: Buffer.from(received, 'latin1'),
});
