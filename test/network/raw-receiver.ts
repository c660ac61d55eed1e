/** A TCP or TLS server on loopback that records the very bytes it gets and answers with the very bytes it is told. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { type KeyAndCertificate, selfSigned } from './self-signed.ts';

export interface RawReceiverOptions {
  readonly tls?: KeyAndCertificate;
  readonly host?: string;
  /** What a request is answered with, from 1; undefined: nothing. */
  readonly answer?: (request: number, head: string) => string | undefined;
  /** After the answer, or where there is none. */
  readonly ending?: 'closes' | 'waits' | 'resets';
}

/** RSA keys take their time: one for all tests of a process. */
let shared: KeyAndCertificate | undefined;
export const testCertificate = (): KeyAndCertificate => (shared ??= selfSigned());

export class RawReceiver {
  /** One text a connection: what was sent up to the empty line. */
  readonly requests: string[] = [];
  /** Names that clients asked for in their TLS greeting. */
  readonly serverNames: string[] = [];
  readonly protocols: { readonly version: string | null; readonly alpn: string | false | null }[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #options: RawReceiverOptions;

  private constructor(options: RawReceiverOptions) {
    this.#options = options;
    const { tls } = options;
    this.#server =
      tls === undefined
        ? createServer((socket) => this.#serve(socket))
        : createTlsServer({ ...tls, ciphers: 'DEFAULT:@SECLEVEL=0', SNICallback: (name, done) => this.#named(name, done) }, (socket) => {
            this.protocols.push({ version: socket.getProtocol(), alpn: (socket as TLSSocket).alpnProtocol });
            this.#serve(socket);
          });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    this.#server.on('tlsClientError', () => undefined);
  }

  static async open(options: RawReceiverOptions = {}): Promise<RawReceiver> {
    const receiver = new RawReceiver(options);
    await new Promise<void>((resolve) => receiver.#server.listen(0, options.host ?? '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #named(name: string, done: (error: null) => void): void {
    this.serverNames.push(name);
    done(null);
  }

  #serve(socket: Socket): void {
    let head = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      const isNew = !head.includes('\r\n\r\n');
      head += chunk.toString('latin1');
      if (!isNew || !head.includes('\r\n\r\n')) {
        // A TLS greeting has no empty line, and a server that waits for one would wait for ever.
        if (isNew && head.startsWith('\x16')) this.#answer(socket, head);
        return;
      }
      this.requests.push(head);
      this.#answer(socket, head);
    });
  }

  #answer(socket: Socket, head: string): void {
    const { answer, ending = 'closes' } = this.#options;
    const bytes = answer?.(this.requests.length, head);
    if (bytes !== undefined) socket.write(bytes, 'latin1');
    if (ending === 'closes') socket.end();
    if (ending === 'resets') socket.resetAndDestroy();
  }
}

/** Looks again and again: for what another process, or the kernel, does in its own time. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`This did not come true within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
