/** A client of the API on loopback, which says exactly what it is told to say. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { Socket } from 'node:net';
import { type ConnectionOptions, type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { KeyAndCertificate } from '../../src/apiserver/security/certificate-authority.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests
export type Json = any;

export interface Asking {
  readonly as?: KeyAndCertificate | 'admin' | 'viewer';
  readonly token?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** A value goes out as JSON. */
  readonly body?: string | Uint8Array | object;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Json;
}

export class TestClient {
  readonly #port: number;
  readonly #ca: string;
  readonly #credentials: Readonly<Record<'admin' | 'viewer', KeyAndCertificate>>;
  readonly #agent = new Agent({ keepAlive: true, maxCachedSessions: 0 });
  readonly #open = new Set<Socket>();

  constructor(port: number, ca: string, credentials: Readonly<Record<'admin' | 'viewer', KeyAndCertificate>>) {
    this.#port = port;
    this.#ca = ca;
    this.#credentials = credentials;
  }

  async ask(path: string, asking: Asking = {}): Promise<Answer> {
    const { incoming } = await this.#send(path, asking);
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString();
    return { status: incoming.statusCode ?? 0, headers: incoming.headers, text, body: readJson(text) };
  }

  /** As `ask`, for what must succeed. */
  async must(path: string, asking: Asking = {}): Promise<Json> {
    const { status, body, text } = await this.ask(path, asking);
    if (status >= 400) throw new Error(`${asking.method ?? 'GET'} ${path} was answered ${status}: ${text}`);
    return body;
  }

  /** The status alone: a watch that was let through is not waited for. */
  async statusOf(path: string, asking: Asking = {}): Promise<number> {
    const { incoming } = await this.#send(path, asking, false);
    incoming.destroy();
    return incoming.statusCode ?? 0;
  }

  /** A WebSocket handshake: the status of its answer, 101 when it was let through. */
  async handshake(path: string, asking: Asking = {}): Promise<{ readonly status: number; readonly socket: Socket }> {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-protocol': 'v5.channel.k8s.io',
      ...asking.headers,
    };
    const { incoming } = await this.#send(path, { ...asking, headers }, false);
    incoming.resume();
    return { status: incoming.statusCode ?? 0, socket: incoming.socket };
  }

  /** A request that stays open until the client is closed: its status. */
  async hold(path: string, asking: Asking = {}): Promise<number> {
    return (await this.watch(path, asking)).status;
  }

  async watch(path: string, asking: Asking = {}): Promise<{ readonly status: number; readonly socket: Socket }> {
    const { incoming } = await this.#send(path, asking, false);
    incoming.on('error', () => {});
    incoming.resume();
    return { status: incoming.statusCode ?? 0, socket: incoming.socket };
  }

  /** Sends what there is of a body, and goes away. */
  async breakOff(path: string, asking: Asking): Promise<void> {
    const request = httpsRequest({ ...this.#optionsOf(path, asking), agent: false });
    request.on('error', () => {});
    const gone = new Promise((resolve) => request.on('close', resolve));
    request.on('socket', (socket) => {
      this.#keep(socket);
      request.write(bytesOf(asking.body), () => socket.end());
    });
    await gone;
  }

  /** Says something, hears the answer out, and then does not close its side. */
  async halfOpen(said: string): Promise<void> {
    const socket = await this.connect({ allowHalfOpen: true } as ConnectionOptions);
    socket.resume();
    socket.write(said);
    await new Promise((resolve) => socket.once('end', resolve).once('close', resolve));
  }

  /** A connection on which nothing was said yet. */
  async connect(options: ConnectionOptions & { readonly as?: 'admin' | 'viewer' } = {}): Promise<TLSSocket> {
    const { as, ...rest } = options;
    const credentials = as === undefined ? {} : this.#credentials[as];
    const socket = tlsConnect({ port: this.#port, host: '127.0.0.1', ca: this.#ca, ...credentials, ...rest });
    this.#keep(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the connection was closed')));
    });
    return socket;
  }

  close(): void {
    this.#agent.destroy();
    for (const socket of this.#open) socket.destroy();
  }

  #keep(socket: Socket): void {
    if (this.#open.has(socket)) return;
    this.#open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#open.delete(socket));
  }

  #optionsOf(path: string, asking: Asking): RequestOptions {
    const { as, token, method = asking.body === undefined ? 'GET' : 'POST', headers = {}, body } = asking;
    const credentials = as === undefined ? {} : typeof as === 'string' ? this.#credentials[as] : as;
    return {
      host: '127.0.0.1',
      port: this.#port,
      path,
      method,
      ca: this.#ca,
      // Whatever the Host header says: who rebinds a name has a browser that does not ask.
      servername: 'localhost',
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(headers as Record<string, string | string[]>),
      },
      ...credentials,
    };
  }

  #send(path: string, asking: Asking, keepAlive = true): Promise<{ readonly incoming: IncomingMessage }> {
    return new Promise((resolve, reject) => {
      const options = { ...this.#optionsOf(path, asking), agent: keepAlive ? this.#agent : false };
      const request = httpsRequest(options, (incoming) => resolve({ incoming }));
      request.on('socket', (socket) => this.#keep(socket));
      request.on('upgrade', (incoming) => resolve({ incoming }));
      request.on('error', reject);
      request.end(bytesOf(asking.body));
    });
  }
}

function bytesOf(body: Asking['body']): string | Uint8Array | undefined {
  return body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
}

function readJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
