/** A runtime's streaming server on loopback that does what a test says. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface Handshake {
  readonly incoming: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
}

export interface StreamingServer {
  readonly url: URL;
  /** The first lines of what it was asked, newest last. */
  readonly asked: IncomingMessage[];
  /** Its ends of connections that are open. */
  readonly open: Set<Socket>;
}

export const ACCEPTED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n';

export async function openStreamingServer(t: TestContext, onUpgrade: (handshake: Handshake) => void): Promise<StreamingServer> {
  const asked: IncomingMessage[] = [];
  const open = new Set<Socket>();
  const server = createServer();
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    asked.push(incoming);
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
    onUpgrade({ incoming, socket, head });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/exec/token`), asked, open };
}
