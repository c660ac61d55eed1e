/**
 * `hooklet port-forward`: listens on ports of this machine, and joins what comes with ports of a Pod. Each connection goes
 * through one of its own: a client that reads slowly holds up no other.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { HookletError, messageOf } from '../../../ports/hooklet-error.ts';
import type { ClientSession } from '../client-session.ts';
import { findPod } from './find-pod.ts';
import { SpdyConnection } from './spdy-connection.ts';

export interface ForwardedPort {
  /** 0: any that is free. */
  readonly local: number;
  readonly remote: number;
}

const PROTOCOL = 'portforward.k8s.io';
const ADDRESS = '127.0.0.1';
/** One of the server's streams each. */
const MAX_CONNECTIONS = 200;

/** Goes on until Ctrl-C. */
export async function forwardPorts(pod: string, ports: readonly ForwardedPort[], session: ClientSession): Promise<void> {
  const { path, found } = await findPod(pod, session);
  if (found.status?.phase !== 'Running') {
    throw new HookletError(
      'badInput',
      `error: unable to forward port because pod is not running. Current status=${found.status?.phase ?? ''}`,
    );
  }
  const sockets = new Set<Socket>();
  const servers: Server[] = [];
  try {
    for (const port of ports) servers.push(await listen(port, sockets, (socket) => join(socket, { path, port, session })));
    await session.untilStopped(async (signal) => {
      for (const [index, server] of servers.entries()) {
        session.print(`Forwarding from ${ADDRESS}:${(server.address() as AddressInfo).port} -> ${ports[index]?.remote}\n`);
      }
      if (!signal.aborted) await once(signal, 'abort');
    });
  } finally {
    for (const server of servers) server.close();
    for (const socket of sockets) socket.destroy();
  }
}

async function listen({ local }: ForwardedPort, sockets: Set<Socket>, onSocket: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  server.maxConnections = MAX_CONNECTIONS;
  try {
    await once(server.listen(local, ADDRESS), 'listening');
  } catch (error) {
    throw new HookletError('hostLacks', `error: unable to listen on port ${local}: ${messageOf(error)}; choose another one`, {
      cause: error,
    });
  }
  return server;
}

interface Way {
  readonly path: string;
  readonly port: ForwardedPort;
  readonly session: ClientSession;
}

function join(socket: Socket, way: Way): void {
  carry(socket, way)
    .catch((error: unknown) => way.session.note(`error forwarding port ${way.port.remote}: ${messageOf(error)}`))
    .finally(() => socket.destroy());
}

async function carry(socket: Socket, { path, port, session }: Way): Promise<void> {
  const upgraded = await session.client.upgrade({ path: `${path}/portforward`, protocols: [PROTOCOL] });
  const connection = new SpdyConnection(upgraded.socket, upgraded.head);
  try {
    const headers = { port: String(port.remote), requestid: '0' };
    const errors = connection.open({ streamtype: 'error', ...headers });
    errors.end();
    const failure = text(errors).catch(() => '');
    const data = connection.open({ streamtype: 'data', ...headers });
    await bothWays(socket, data);
    const said = await failure;
    if (said !== '') session.note(said.trim());
  } finally {
    connection.close();
  }
}

/** Until the Pod's side has ended and all it said has arrived. */
async function bothWays(socket: Socket, data: Duplex): Promise<void> {
  const out = pipeline(socket, data, { end: true }).catch(() => data.destroy());
  // A program that goes away before its client, or the other way round: no failure of ours.
  await pipeline(data, socket).catch(() => {});
  socket.destroy();
  await out;
}
