import { equal, match } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { HealthServer } from '../../test/network/health-server.ts';
import { RawReceiver, until } from '../../test/network/raw-receiver.ts';
import { SystemClock } from '../host/system-clock.ts';
import { probeClientContract } from '../ports/probe-client.contract.ts';
import { PolicedDialer } from './policed-dialer.ts';
import { SocketProbeClient } from './socket-probe-client.ts';

const client = new SocketProbeClient(new PolicedDialer({ clock: new SystemClock(), hookHosts: 'deny-link-local' }));
const hostname = '127.0.0.1';
const never = new AbortController().signal;

/** Connections to a port of this machine that are established, as the kernel has them: also of a server that counts none. */
function established(port: number): number {
  const end = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/self/net/tcp', 'utf8').split('\n').slice(1);
  return rows.filter((row) => row.trim().split(/\s+/)[2] === end && row.trim().split(/\s+/)[3] === '01').length;
}

probeClientContract('SocketProbeClient', async () => {
  const opened: { close(): void | Promise<void> }[] = [];
  const keep = <T extends { close(): void | Promise<void> }>(server: T): T => {
    opened.push(server);
    return server;
  };
  return {
    client,
    serveTcp: async () => {
      const { port } = keep(await RawReceiver.open({ answer: () => undefined, ending: 'waits' }));
      return { hostname, port, connections: () => established(port) };
    },
    serveGrpc: async (health) => {
      const { port } = keep(await HealthServer.open(health));
      return { hostname, port, connections: () => established(port) };
    },
    nobody: async () => ({ hostname, port: await freePort() }),
    denied: { hostname: '169.254.169.254', port: 80 },
    until: (condition) => until(condition, 'a condition of the contract'),
    close: async () => {
      for (const server of opened) await server.close();
    },
  };
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, hostname, resolve));
  const { port } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('SocketProbeClient', () => {
  it('openHealth() goes on when the server begins to listen, and names itself as the kubelet does', async () => {
    const port = await freePort();
    const opening = client.openHealth({ hostname, port }, never);
    await new Promise((resolve) => setImmediate(resolve));
    const server = await HealthServer.open({ services: { '': 1 }, port });
    try {
      const connection = await opening;
      if (connection.kind === 'failed') throw new Error(connection.error);
      equal((await connection.check('', never)).kind, 'status');
      connection.close();
      match(server.userAgents.join(), /^kube-probe\/1\.36 grpc-node-js\//);
    } finally {
      server.close();
    }
  });
});
