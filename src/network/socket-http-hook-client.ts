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
import type { Clock } from '../ports/clock.ts';
import { type HookHosts, type HttpHookAnswer, type HttpHookClient, type HttpHookTarget, hostPort } from '../ports/http-hook-client.ts';
import { type DialFailure, type Dialled, dial } from './dial.ts';
import { mayConnect } from './host-policy.ts';
import { HostResolver } from './host-resolver.ts';
import { nodeAddress } from './node-address.ts';
import type { LookUp } from './node-names.ts';
import { ResponseReader } from './response-reader.ts';
import { secure } from './secure.ts';

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
      // It may have been aborted between the connection and this line, when nobody listened.
      signal.throwIfAborted();
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
