/**
 * The Kubernetes API of this machine over HTTPS: hands requests to `ApiHandler`, answers to sockets.
 *
 * How `compose` opens it:
 *
 *   const api = await openApi({
 *     store, clock, logger, hooklet: readVersion(),
 *     access: { authenticator, authorizer, tokenIssuer? },
 *     resources: { clusterCa: PEM, pods: { refuse: refuseUnsupported } },
 *     outside?: { streams?, paths?: { '/metrics': … }, serverAddress? },
 *   })
 *   const server = new ApiServer({ handler: api.handler, logger, tls: { key, cert, clientCa? }, hosts: ['127.0.0.1', 'localhost'] })
 *   const { address, port } = await server.listen({ host: '127.0.0.1', port: 6443 })
 *   …
 *   await server.close()   // ends watches and streams, then waits for what is being answered
 *   await api.close()      // the housekeeping; the store stays open, it is the caller's
 *
 * `openApi` (open-api.ts) makes what must be there (built-in namespaces, priority classes) before it resolves. What lives in
 * the same process, as the node, asks through `InProcessApi` (in-process-api.ts), by the same verbs and rights, not over HTTPS.
 *
 * L1 An error on any socket is caught: one ECONNRESET must not end the process.
 * L2 Upgraded sockets are the server's to end: `close()` of Node does not know them.
 * L3 A client that reads slowly holds up nobody: its answer is pulled only as it reads.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import { messageOf } from '../ports/hooklet-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { ApiHandler } from './api-handler.ts';
import type { ApiRequest } from './api-request.ts';
import { respondStatus } from './respond.ts';
import { type ServerGuards, serverGuards } from './security/guards.ts';
import { StatusError, tooManyRequests } from './status-error.ts';
import { writeResponse } from './write-response.ts';

export interface ServerParts {
  readonly handler: ApiHandler;
  readonly logger: Logger;
  readonly tls: TlsMaterial;
  /** Names and addresses that clients may call this server by, beside the certificate's own. */
  readonly hosts: readonly string[];
  /** Absent: `serverGuards(hosts, tls.cert)`. */
  readonly guards?: ServerGuards;
  /** Told of each answer to a request that reached the handler, before it is written. */
  readonly answered?: (request: ApiRequest, status: number) => void;
}

/** PEM. */
export interface TlsMaterial {
  readonly key: string;
  readonly cert: string;
  /** Client certificates that it signed reach the Authenticator; none is asked for without it. */
  readonly clientCa?: string;
}

export class ApiServer {
  readonly #parts: ServerParts;
  readonly #server: Server;
  #isClosing = false;
  readonly #upgraded = new Set<Duplex>();
  /** Of every request that is being answered. One signal for all, joined with `AbortSignal.any`, would keep each for ever. */
  readonly #answering = new Set<AbortController>();
  readonly #guards: ServerGuards;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#guards = parts.guards ?? serverGuards(parts.hosts, parts.tls.cert);
    this.#server = createServer({
      ...this.#contextOf(parts.tls),
      ...this.#guards.http,
      ALPNProtocols: ['http/1.1'],
      ...(parts.tls.clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: false }),
    });
    this.#guards.connections.watch(this.#server);
    this.#server.on('request', (incoming, response) => this.#onRequest(incoming, response));
    this.#server.on('upgrade', (incoming, socket, head) => this.#onUpgrade(incoming, socket, head));
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy());
    this.#server.on('clientError', (_error, socket) => socket.destroy());
    this.#server.on('connection', (socket: Socket) => socket.on('error', () => socket.destroy()));
  }

  async listen({ host, port }: { readonly host: string; readonly port: number }): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', reject);
        this.#server.on('error', (error) => this.#parts.logger.warn('the API listener failed', { error: messageOf(error) }));
        resolve();
      });
    });
    return this.#server.address() as AddressInfo;
  }

  /** For connections to come; those that are open go on with what they began with. */
  replaceTls(tls: TlsMaterial): void {
    this.#server.setSecureContext(this.#contextOf(tls));
  }

  #contextOf({ key, cert, clientCa }: TlsMaterial): SecureContextOptions {
    return { ...this.#guards.tls, key, cert, ...(clientCa === undefined ? {} : { ca: clientCa }) };
  }

  /** Twice is fine. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const gone of this.#answering) gone.abort();
    for (const socket of this.#upgraded) socket.destroy();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
    });
  }

  #onRequest(incoming: IncomingMessage, response: ServerResponse): void {
    this.#answer(incoming, response).catch((error: unknown) => {
      // The head is out: all that is left to say is that this is not the end of the answer.
      this.#parts.logger.warn('an answer was broken off', { path: incoming.url, error: messageOf(error) });
      response.destroy();
    });
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = this.#toRequest(incoming, this.#signalOf(response));
    if (request instanceof StatusError) return writeResponse(incoming, response, respondStatus(request.status));
    const leave = this.#guards.inflight.enter(request);
    if (leave === undefined) return writeResponse(incoming, response, respondStatus(tooManyRequests().status));
    try {
      const answer = await this.#parts.handler.handle(request);
      this.#parts.answered?.(request, answer.status);
      await writeResponse(incoming, response, this.#guards.answer(answer));
    } finally {
      leave();
      // Kept alive for a next request that is not to come.
      if (this.#isClosing) setImmediate(() => this.#server.closeIdleConnections());
    }
  }

  /** Aborted when the client is gone or the server closes. */
  #signalOf(side: ServerResponse | Duplex): AbortSignal {
    const gone = new AbortController();
    this.#answering.add(gone);
    side.once('close', () => {
      this.#answering.delete(gone);
      gone.abort();
    });
    if (this.#isClosing) gone.abort();
    return gone.signal;
  }

  #toRequest(incoming: IncomingMessage, gone: AbortSignal): ApiRequest | StatusError {
    try {
      const { headers, url = '/' } = incoming;
      for (const check of Object.values(this.#guards.checks)) check({ headers, url });
      const [path = '/', ...query] = url.split('?');
      const certificate = certificateOf(incoming.socket as TLSSocket);
      return {
        method: incoming.method ?? 'GET',
        path,
        query: new URLSearchParams(query.join('?')),
        headers,
        signal: gone,
        readBody: (limit) => this.#guards.readBody(incoming, limit),
        ...(certificate === undefined ? {} : { certificate }),
        ...(incoming.socket.remoteAddress === undefined ? {} : { remoteAddress: incoming.socket.remoteAddress }),
      };
    } catch (error) {
      if (error instanceof StatusError) return error;
      throw error;
    }
  }

  #onUpgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    this.#upgraded.add(socket);
    socket.on('close', () => this.#upgraded.delete(socket));
    this.#upgrade(incoming, { socket, head, gone: this.#signalOf(socket) }).catch((error: unknown) => {
      const status = this.#parts.handler.statusOf(error, { method: incoming.method ?? '', path: incoming.url ?? '' });
      this.#guards.refuseUpgrade(socket, respondStatus(status.status));
    });
  }

  async #upgrade(
    incoming: IncomingMessage,
    { socket, head, gone }: { readonly socket: Duplex; readonly head: Buffer; readonly gone: AbortSignal },
  ): Promise<void> {
    const request = this.#toRequest(incoming, gone);
    if (request instanceof StatusError) throw request;
    const { handler } = this.#parts;
    const { info, user } = await handler.admit(request);
    const { resource, streams } = handler.findStream(info);
    if (info.kind !== 'resource') return;
    const object = handler.streamObject(resource, info);
    await streams.upgrade({ info, user, request, object }, { incoming, socket, head });
  }
}

/** Only what the client CA vouches for: `authorized` is false for all else. */
function certificateOf(socket: TLSSocket): Uint8Array | undefined {
  if (socket.authorized !== true) return undefined;
  // The other form of it takes as long as the rest of a small request.
  return socket.getPeerX509Certificate()?.raw;
}
