import { parseResponseHead } from '../core/hook/http-response.ts';
import type { Clock } from '../ports/clock.ts';
import { type HttpHookAnswer, type HttpHookClient, type HttpHookTarget, hostPort } from '../ports/http-hook-client.ts';
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

/** Receivers of HTTP hooks in memory, by "host:port"; where there is none, connections are refused. */
export class ScriptedHttpHooks implements HttpHookClient {
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

  async send({ scheme, hostname, port, head }: HttpHookTarget, signal: AbortSignal): Promise<HttpHookAnswer> {
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

  #answer({ response, bodyHangs }: Exclude<HttpReply, string>, signal: AbortSignal): HttpHookAnswer {
    const parsed = parseResponseHead(response);
    if (parsed.kind === 'malformed') return failed(`net/http: HTTP/1.x transport connection broken: ${parsed.error}`, response);
    if (parsed.kind === 'incomplete') return failed('unexpected EOF', response, true);
    const received = Buffer.from(response.slice(0, parsed.length), 'latin1');
    return { kind: 'response', head: parsed.head, received, finish: () => this.#wait(bodyHangs === true ? undefined : 0, signal) };
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

const failed = (error: string, received = '', cutOff = false): HttpHookAnswer => ({
  kind: 'failed',
  error,
  cutOff,
  received: Buffer.from(received, 'latin1'),
});
