/** Servers for HTTP, TCP and gRPC probes: in memory, or on real sockets of loopback. The same tests run on both. */
import { createServer } from 'node:net';
import { ManualClock } from '../../src/fakes/manual-clock.ts';
import { ScriptedHttp } from '../../src/fakes/scripted-http.ts';
import { type HealthReply, ScriptedProbeClient } from '../../src/fakes/scripted-probe-client.ts';
import { PolicedDialer } from '../../src/network/policed-dialer.ts';
import { SocketHttpClient } from '../../src/network/socket-http-client.ts';
import { SocketProbeClient } from '../../src/network/socket-probe-client.ts';
import type { HttpClient } from '../../src/ports/http-client.ts';
import type { ProbeClient } from '../../src/ports/probe-client.ts';
import { HealthServer } from '../network/health-server.ts';
import { RawReceiver, testCertificate, until } from '../network/raw-receiver.ts';

export interface WebServer {
  readonly tls?: boolean;
  /** The bytes of its answer to each request; undefined: it says nothing. */
  answer(head: string): string | undefined;
  /** After the answer, or where there is none. */
  readonly ending?: 'closes' | 'waits';
}

export interface HealthService {
  readonly services: Readonly<Record<string, number>>;
  readonly hangs?: boolean;
}

export interface ProbedServers {
  readonly clock: ManualClock;
  readonly http: HttpClient;
  readonly client: ProbeClient;
  /** Of all servers. */
  readonly address: string;
  /** Each gives the port it listens on. */
  web(server: WebServer): Promise<number>;
  grpc(service?: HealthService): Promise<number>;
  /** Where nobody listens. */
  nobody(): Promise<number>;
  /** Resolves once web servers have received so many requests, or connections are made, in whatever way that takes. */
  received(requests: number): Promise<void>;
  close(): Promise<void>;
}

export function serversInMemory(): ProbedServers {
  const clock = new ManualClock();
  const http = new ScriptedHttp(clock);
  const client = new ScriptedProbeClient(clock);
  const address = '10.88.0.2';
  let port = 8000;
  const next = (): [number, string] => {
    port += 1;
    return [port, `${address}:${port}`];
  };
  return {
    clock,
    http,
    client,
    address,
    web: async ({ tls = false, answer, ending = 'closes' }) => {
      const [at, to] = next();
      client.serve(to);
      http.receive(to, {
        tls,
        reply: (head) => {
          const response = answer(head);
          if (response === undefined) return ending === 'waits' ? 'silence' : 'close';
          return { response, bodyHangs: ending === 'waits' };
        },
      });
      return at;
    },
    grpc: async (service) => {
      const [at, to] = next();
      client.serve(to, { health: (name): HealthReply => healthReply(name, service) });
      return at;
    },
    nobody: async () => next()[0],
    received: () => clock.settle(),
    close: async () => {},
  };
}

function healthReply(name: string, service: HealthService | undefined): HealthReply {
  if (service === undefined) return { kind: 'failed', code: 12, message: 'unknown service' };
  if (service.hangs === true) return 'silence';
  const status = service.services[name];
  return status === undefined ? { kind: 'failed', code: 5, message: 'unknown service' } : { kind: 'status', status };
}

export function serversOnSockets(): ProbedServers {
  const clock = new ManualClock();
  const dialer = new PolicedDialer({ clock, hookHosts: 'deny-link-local' });
  const address = '127.0.0.1';
  const receivers: RawReceiver[] = [];
  const healthServers: HealthServer[] = [];
  return {
    clock,
    http: new SocketHttpClient(dialer),
    client: new SocketProbeClient(dialer),
    address,
    web: async ({ tls = false, answer, ending = 'closes' }) => {
      const options = { answer: (_count: number, head: string) => answer(head), ending };
      const receiver = await RawReceiver.open(tls ? { ...options, tls: testCertificate() } : options);
      receivers.push(receiver);
      return receiver.port;
    },
    grpc: async (service) => {
      const server = await HealthServer.open(service);
      healthServers.push(server);
      return server.port;
    },
    nobody: freePort,
    received: async (requests) => {
      const count = (): number =>
        receivers.reduce((sum, receiver) => sum + receiver.requests.length, 0) +
        healthServers.reduce((sum, { userAgents }) => sum + userAgents.length, 0);
      await until(() => count() >= requests, `${requests} requests were received`);
      // What came back with the last of them is to be read before anything else happens.
      await clock.settle();
    },
    close: async () => {
      for (const receiver of receivers) await receiver.close();
      for (const server of healthServers) server.close();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
