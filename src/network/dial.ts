import { connect, type Socket } from 'node:net';
import { getSystemErrorMessage } from 'node:util';
import { hostPort } from '../ports/http-client.ts';

export interface Dialled {
  readonly socket: Socket;
}

export interface DialFailure {
  /** Of the first address, as Go tells it. */
  readonly error: string;
}

/**
 * Connects to the first address that takes us, one after the other, with no timeout but the kernel's (`lifecycle.md` 3.5).
 * The socket may not be used by name later on: these addresses were judged, another look-up may give others.
 */
export async function dial(addresses: readonly string[], port: number, signal: AbortSignal): Promise<Dialled | DialFailure> {
  let first: DialFailure | undefined;
  for (const address of addresses) {
    const dialled = await dialOne(address, port, signal);
    if ('socket' in dialled) return dialled;
    first ??= dialled;
  }
  return first ?? { error: 'dial tcp: no address' };
}

function dialOne(host: string, port: number, signal: AbortSignal): Promise<Dialled | DialFailure> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const aborted = (): void => {
      socket.destroy();
      reject(signal.reason);
    };
    const failed = (error: NodeJS.ErrnoException): void => {
      signal.removeEventListener('abort', aborted);
      resolve({ error: `dial tcp ${hostPort(host, port)}: connect: ${errnoText(error)}` });
    };
    signal.addEventListener('abort', aborted, { once: true });
    socket.once('error', failed);
    socket.once('connect', () => {
      signal.removeEventListener('abort', aborted);
      socket.off('error', failed);
      // Whoever reads learns of a broken connection; that nobody reads yet must not end the program.
      socket.on('error', () => undefined);
      resolve({ socket });
    });
  });
}

/** The kernel's words, which Go passes on. */
export function errnoText({ code, errno, message }: NodeJS.ErrnoException): string {
  if (code === 'EHOSTUNREACH') return 'no route to host';
  return errno === undefined || errno >= 0 ? message : getSystemErrorMessage(errno);
}
