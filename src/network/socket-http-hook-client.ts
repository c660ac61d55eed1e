/**
 * One HTTP exchange of a hook on a socket of its own. Not by `node:http`: it adds, reorders and refuses what upstream's
 * client sends, and a hook's receiver is to see the very same bytes. What the bytes are, and what a response means, is
 * decided in the core; here they are only carried.
 *
 * N1 The bytes are sent once. Whatever breaks, nothing is sent again.
 * N2 Every address is judged by the host policy after it was resolved and before it is connected to.
 * N3 Abort destroys the connection at once; nothing of it stays behind.
 */
import { isIP, type Socket } from 'node:net';
import { bodyEnd, isInformational, parseResponseHead, type ResponseHead } from '../core/hook/http-response.ts';
import type { Clock } from '../ports/clock.ts';
import { type HookHosts, type HttpHookAnswer, type HttpHookClient, type HttpHookTarget, hostPort } from '../ports/http-hook-client.ts';
import { BodyDrain } from './body-drain.ts';
import { type Dialled, type DialFailure, dial } from './dial.ts';
import { mayConnect } from './host-policy.ts';
import { HostResolver, type LookUp } from './host-resolver.ts';
import { nodeAddress } from './node-address.ts';
import { brokenOff, secure } from './secure.ts';

/** Far above any real head, and nothing that a hostile receiver could fill the agent's memory with. */
const MAX_HEAD_BYTES = 1024 * 1024;

export interface SocketHttpHookClientOptions {
  readonly clock: Clock;
  readonly hookHosts: HookHosts;
  /** Replaces the system's resolver. */
  readonly lookUp?: LookUp;
}

export class SocketHttpHookClient implements HttpHookClient {
  readonly #hookHosts: HookHosts;
  readonly #resolver: HostResolver;

  constructor({ clock, hookHosts, lookUp }: SocketHttpHookClientOptions) {
    this.#hookHosts = hookHosts;
    this.#resolver = new HostResolver(clock, lookUp);
  }

  async send(target: HttpHookTarget, signal: AbortSignal): Promise<HttpHookAnswer> {
    const dialled = await this.#dial(target, signal);
    if ('error' in dialled) return { kind: 'failed', error: dialled.error, cutOff: false, received: Buffer.alloc(0) };
    const { socket } = dialled;
    const abort = (): void => void socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', abort));
    try {
      return await exchange(socket, target, signal);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  nodeAddress(): Promise<string> {
    return nodeAddress();
  }

  async #dial({ hostname, port, podAddress }: HttpHookTarget, signal: AbortSignal): Promise<Dialled | DialFailure> {
    signal.throwIfAborted();
    const found = isIP(hostname) === 0 ? await this.#resolver.resolve(hostname, signal) : [hostname];
    if ('error' in found) return { error: `dial tcp: ${found.error}` };
    const allowed = found.filter((address) => mayConnect(address, this.#hookHosts, podAddress));
    if (allowed.length > 0) return dial(allowed, port, signal);
    return { error: `dial tcp ${hostPort(found[0] ?? hostname, port)}: ${denied(this.#hookHosts)}` };
  }
}

const denied = (policy: HookHosts): string => `--hook-hosts ${policy} does not let hooks connect there; "any" does`;

async function exchange(raw: Socket, target: HttpHookTarget, signal: AbortSignal): Promise<HttpHookAnswer> {
  const peer = hostPort(raw.remoteAddress ?? target.hostname, target.port);
  let stream: Socket = raw;
  if (target.scheme === 'https') {
    const secured = await secure(raw, { hostname: target.hostname, peer }, signal);
    if (secured.kind !== 'secured') {
      raw.destroy();
      const { kind, error, cutOff } = secured;
      return kind === 'plainHttp' ? { kind, error } : { kind, error, cutOff, received: Buffer.alloc(0) };
    }
    stream = secured.socket;
  }
  stream.write(Buffer.from(target.head, 'latin1'));
  const reader = new ResponseReader(stream, peer, signal);
  const answer = await reader.head();
  if (answer.kind !== 'response') raw.destroy();
  return answer;
}

/** Reads one response; `rest` is what came of its body together with the head. */
class ResponseReader {
  readonly #stream: Socket;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #peer: string;
  readonly #signal: AbortSignal;
  #rest = Buffer.alloc(0);

  constructor(stream: Socket, peer: string, signal: AbortSignal) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.#peer = peer;
    this.#signal = signal;
  }

  async head(): Promise<HttpHookAnswer> {
    let received = Buffer.alloc(0);
    for (;;) {
      const parsed = parseResponseHead(this.#rest.toString('latin1'));
      if (parsed.kind === 'malformed') return this.#failed(`net/http: HTTP/1.x transport connection broken: ${parsed.error}`, Buffer.concat([received, this.#rest]));
      if (parsed.kind === 'head') {
        received = Buffer.concat([received, this.#rest.subarray(0, parsed.length)]);
        this.#rest = this.#rest.subarray(parsed.length);
        if (!isInformational(parsed.head)) return this.#response(parsed.head, received);
        continue;
      }
      const held = received.length + this.#rest.length;
      if (held > MAX_HEAD_BYTES) return this.#failed(`net/http: server response headers exceeded ${MAX_HEAD_BYTES} bytes; aborted`, received);
      const next = await this.#next();
      if (next instanceof Error || next === undefined) {
        const error = next === undefined && held > 0 ? 'unexpected EOF' : brokenOff(next, this.#peer);
        return { kind: 'failed', error, cutOff: true, received: Buffer.concat([received, this.#rest]) };
      }
      this.#rest = Buffer.concat([this.#rest, next]);
    }
  }

  #failed(error: string, received: Buffer): HttpHookAnswer {
    return { kind: 'failed', error, cutOff: false, received };
  }

  #response(head: ResponseHead, received: Buffer): HttpHookAnswer {
    return { kind: 'response', head, received, finish: (maxBytes) => this.#drain(new BodyDrain(bodyEnd(head), maxBytes)) };
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
