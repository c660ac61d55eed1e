/** TLS as upstream's hook client has it (`pkg/kubelet/kubelet.go`, `insecureContainerLifecycleHTTPClient`). */
import { isIP, type Socket } from 'node:net';
import { connect, DEFAULT_CIPHERS, type TLSSocket } from 'node:tls';
import { errnoText } from './dial.ts';
import { FirstBytes } from './first-bytes.ts';

export type Secured =
  | { readonly kind: 'secured'; readonly socket: TLSSocket }
  | { readonly kind: 'plainHttp' | 'failed'; readonly error: string; readonly cutOff: boolean };

/** `peer`: what error texts call the other side. */
export async function secure(
  raw: Socket,
  { hostname, peer }: { readonly hostname: string; readonly peer: string },
  signal: AbortSignal,
): Promise<Secured> {
  const first = new FirstBytes(raw);
  const socket = connect({
    socket: first,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    // No certificate is verified, so no key is too short for us; Go takes 1024 bits too.
    ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=1`,
    // A name for names only; an address is no server name (RFC 6066, 3).
    ...(isIP(hostname.replace(/%.*$/, '')) === 0 ? { servername: hostname.replace(/\.+$/, '') } : {}),
  });
  const aborted = Promise.withResolvers<never>();
  const stop = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([handshake(socket, first, peer), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function handshake(socket: TLSSocket, first: FirstBytes, peer: string): Promise<Secured> {
  return new Promise((resolve) => {
    socket.once('secureConnect', () => resolve({ kind: 'secured', socket }));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(failure(error, first.first, peer)));
    socket.once('close', () => resolve({ kind: 'failed', error: 'EOF', cutOff: true }));
  });
}

function failure(error: NodeJS.ErrnoException & { readonly reason?: string }, first: string, peer: string): Secured {
  if (first === 'HTTP/') return { kind: 'plainHttp', error: 'http: server gave HTTP response to HTTPS client', cutOff: false };
  if (first === '') return { kind: 'failed', error: brokenOff(error, peer), cutOff: true };
  if (!/^[\x14-\x18]/.test(first)) return failed('tls: first record does not look like a TLS handshake');
  const alert = /^ERR_SSL_(?:SSLV3|TLSV1|TLSV13)_ALERT_(.+)$/.exec(error.code ?? '')?.[1];
  if (alert !== undefined) return failed(`remote error: tls: ${alert.toLowerCase().replaceAll('_', ' ')}`);
  return error.errno === undefined
    ? failed(`tls: ${error.reason ?? 'handshake failed'}`)
    : { kind: 'failed', error: brokenOff(error, peer), cutOff: true };
}

const failed = (error: string): Secured => ({ kind: 'failed', error, cutOff: false });

/** How the end of a connection before its first answer is told. The local port is left out: it is another each time. */
export function brokenOff(error: NodeJS.ErrnoException | undefined, peer: string): string {
  return error?.errno === undefined || error.errno >= 0 ? 'EOF' : `read tcp ${peer}: read: ${errnoText(error)}`;
}
