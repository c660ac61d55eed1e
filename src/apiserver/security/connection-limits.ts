/**
 * Who may hold connections to the listener. A connection costs memory and one of a bounded number of places, before anybody
 * knows who is at its other end.
 *
 * C1 A handshake under way may be pushed out by newer ones, the oldest first: an honest one takes milliseconds.
 * C2 A connection without a client certificate may be pushed out while it has no request going on. Those with one may not:
 *    a flood of strangers shuts out no administrator, and ends no watch.
 */
import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

export interface ConnectionBounds {
  /** Of all kinds. */
  readonly total: number;
  readonly handshakes: number;
  readonly strangers: number;
}

/** Watches hold a connection each; a machine's own clients need a few dozen. */
export const CONNECTION_BOUNDS: ConnectionBounds = { total: 2000, handshakes: 256, strangers: 1000 };

export class ConnectionLimits {
  readonly #bounds: ConnectionBounds;
  /** By remote port and address: the only thing that a TLS socket and the socket below it have in common. */
  readonly #handshakes = new Map<string, Socket>();
  /** In the order in which they came to rest. */
  readonly #idleStrangers = new Set<Socket>();
  readonly #busyStrangers = new Map<Socket, number>();

  constructor(bounds: ConnectionBounds = CONNECTION_BOUNDS) {
    this.#bounds = bounds;
  }

  /** Call once, before it listens. */
  watch(server: Server): void {
    server.maxConnections = this.#bounds.total;
    server.on('connection', (socket: Socket) => this.#begins(socket));
    server.on('secureConnection', (socket) => this.#isSecured(socket));
    server.on('request', (incoming, response) => this.#isBusy(incoming.socket, response));
    server.on('upgrade', (incoming: IncomingMessage) => this.#isBusy(incoming.socket, incoming.socket));
  }

  #begins(socket: Socket): void {
    const place = placeOf(socket);
    if (this.#handshakes.size >= this.#bounds.handshakes) {
      const [[oldest, pushedOut] = []] = this.#handshakes;
      if (oldest !== undefined) this.#handshakes.delete(oldest);
      pushedOut?.destroy();
    }
    this.#handshakes.set(place, socket);
    socket.on('close', () => {
      if (this.#handshakes.get(place) === socket) this.#handshakes.delete(place);
    });
  }

  #isSecured(socket: TLSSocket): void {
    this.#handshakes.delete(placeOf(socket));
    if (socket.authorized) return;
    if (this.#idleStrangers.size + this.#busyStrangers.size >= this.#bounds.strangers) {
      const [longest] = this.#idleStrangers;
      // When all are busy it is the newcomer's turn to come again.
      (longest ?? socket).destroy();
      if (longest === undefined) return;
      this.#idleStrangers.delete(longest);
    }
    this.#idleStrangers.add(socket);
    socket.on('close', () => {
      this.#idleStrangers.delete(socket);
      this.#busyStrangers.delete(socket);
    });
  }

  /** Until `work` closes: a response, or an upgraded socket. Pipelined requests overlap. */
  #isBusy(socket: Socket, work: NodeJS.EventEmitter): void {
    if (!this.#idleStrangers.delete(socket) && !this.#busyStrangers.has(socket)) return;
    this.#busyStrangers.set(socket, (this.#busyStrangers.get(socket) ?? 0) + 1);
    work.once('close', () => {
      const left = (this.#busyStrangers.get(socket) ?? 0) - 1;
      if (left > 0) {
        this.#busyStrangers.set(socket, left);
        return;
      }
      if (this.#busyStrangers.delete(socket) && !socket.destroyed) this.#idleStrangers.add(socket);
    });
  }
}

const placeOf = ({ remotePort, remoteAddress }: Socket): string => `${remotePort} ${remoteAddress}`;
