/**
 * One HTTP exchange of a hook or a probe on a socket of its own. Not by `node:http`: it adds, reorders and refuses what
 * upstream's client sends, and the receiver is to see the very same bytes. What the bytes are, and what a response means,
 * is decided in the core; here they are only carried.
 *
 * N1 The bytes are sent once. Whatever breaks, nothing is sent again.
 * N2 Abort destroys the connection at once; nothing of it stays behind.
 */
import type { Socket } from 'node:net';
import { type HttpAnswer, type HttpClient, type HttpTarget, hostPort } from '../ports/http-client.ts';
import { nodeAddress } from './node-address.ts';
import type { PolicedDialer } from './policed-dialer.ts';
import { ResponseReader } from './response-reader.ts';
import { secure } from './secure.ts';

export class SocketHttpClient implements HttpClient {
  readonly #dialer: Pick<PolicedDialer, 'dial'>;

  constructor(dialer: Pick<PolicedDialer, 'dial'>) {
    this.#dialer = dialer;
  }

  async send(target: HttpTarget, signal: AbortSignal): Promise<HttpAnswer> {
    const dialled = await this.#dialer.dial(target, signal);
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
}

async function exchange(raw: Socket, target: HttpTarget, signal: AbortSignal): Promise<HttpAnswer> {
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
