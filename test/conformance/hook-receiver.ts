/** Where hooks of a test report to: HTTP and HTTPS on this machine's own address, on free ports. */
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { nodeAddress } from '../../src/network/node-address.ts';
import { selfSigned } from '../network/self-signed.ts';

export class HookReceiver {
  readonly host: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** Paths with their queries, in the order of their coming. */
  readonly seen: string[];
  readonly #servers: readonly Server[];

  private constructor(host: string, servers: readonly Server[], seen: string[]) {
    this.host = host;
    this.#servers = servers;
    this.seen = seen;
    const [http, https] = servers.map((server) => (server.address() as AddressInfo).port);
    this.httpPort = http ?? 0;
    this.httpsPort = https ?? 0;
  }

  static async open(): Promise<HookReceiver> {
    const host = await nodeAddress();
    const seen: string[] = [];
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      seen.push(request.url ?? '');
      response.end('ok');
    };
    const servers = [createHttpServer(answer), createHttpsServer(selfSigned(), answer)];
    for (const server of servers) await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return new HookReceiver(host, servers, seen);
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }
}
