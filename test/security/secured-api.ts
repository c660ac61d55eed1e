/**
 * The API with everything that keeps it, on loopback with real TLS, over a store in memory. Time is a manual clock that
 * begins now: TLS looks at the real one. `exchange` puts other parts where a guard is, to see what would happen without it.
 */
import type { Server } from 'node:https';
import { ApiHandler, type HandlerParts } from '../../src/apiserver/api-handler.ts';
import type { ApiResponse } from '../../src/apiserver/api-request.ts';
import { HealthChecks } from '../../src/apiserver/health.ts';
import { NonResourceRoutes, type PathRoute, versionInfo } from '../../src/apiserver/non-resource-routes.ts';
import { openApi } from '../../src/apiserver/open-api.ts';
import { respondText } from '../../src/apiserver/respond.ts';
import { CertificateAuthority, type KeyAndCertificate } from '../../src/apiserver/security/certificate-authority.ts';
import { type ServerGuards, serverGuards } from '../../src/apiserver/security/guards.ts';
import { type AccessGuards, type ApiSecurity, openSecurity } from '../../src/apiserver/security/open-security.ts';
import { serverUrl } from '../../src/apiserver/security/serving-names.ts';
import { ApiServer } from '../../src/apiserver/server.ts';
import type { StreamCall, StreamRoutes, UpgradedConnection } from '../../src/apiserver/stream-routes.ts';
import type { TokenOrder } from '../../src/apiserver/token-issuer.ts';
import { ManualClock } from '../../src/fakes/manual-clock.ts';
import { MemoryObjectStore } from '../../src/fakes/memory-object-store.ts';
import { MemoryPrivateFiles } from '../../src/fakes/memory-private-files.ts';
import { OwnerOnlyFiles } from '../../src/host/owner-only-files.ts';
import { SILENT_LOGGER } from '../../src/ports/logger.ts';
import type { PrivateFiles } from '../../src/ports/private-files.ts';
import { TestClient } from './test-client.ts';

export interface Exchange {
  readonly access?: Partial<AccessGuards>;
  readonly server?: (guards: ServerGuards) => Partial<ServerGuards>;
  readonly handler?: Partial<HandlerParts>;
  readonly paths?: Readonly<Record<string, PathRoute>>;
  /** Where kubeconfigs are written; absent: nowhere on disk. */
  readonly stateDir?: string;
}

export interface SecuredApi {
  readonly port: number;
  readonly clock: ManualClock;
  readonly store: MemoryObjectStore;
  readonly security: ApiSecurity;
  readonly server: ApiServer;
  readonly pki: MemoryPrivateFiles;
  readonly state: PrivateFiles;
  readonly pod: PodBehindStreams;
  readonly client: TestClient;
  /** How many the listener holds. */
  connections(): Promise<number>;
  /** Signed by the authority of this API. */
  certificate(user: string, groups: readonly string[]): KeyAndCertificate;
  /** Of `default/default`, which exists. */
  token(order?: Partial<TokenOrder>): Promise<string>;
  close(): Promise<void>;
}

export const PODS = '/api/v1/namespaces/default/pods';
export const SECRETS = '/api/v1/namespaces/default/secrets';
const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';
const HOST = '127.0.0.1';

export async function openSecuredApi(exchange: Exchange = {}): Promise<SecuredApi> {
  const clock = new ManualClock({ wallMs: Date.now() });
  const [store, pki] = [new MemoryObjectStore(), new MemoryPrivateFiles()];
  const state = exchange.stateDir === undefined ? new MemoryPrivateFiles() : new OwnerOnlyFiles(exchange.stateDir);
  const place = { hostname: 'worker-1', listen: HOST, addresses: [] };
  const guards = exchange.access ?? {};
  const security = await openSecurity({ store, clock, logger: SILENT_LOGGER, place, pki, state, guards });
  const pod = new PodBehindStreams();
  const { api, server, listener, port } = await listen({ store, clock, security, pod }, exchange);
  await security.publish(serverUrl(HOST, port), (renewed) => server.replaceTls(renewed));
  const credentials = { admin: await credentialsIn(state, 'admin'), viewer: await credentialsIn(state, 'viewer') };
  const client = new TestClient(port, security.clusterCa, credentials);
  const authority = await CertificateAuthority.open(pki, clock.now().wallMs);
  return {
    port,
    clock,
    store,
    security,
    server,
    state,
    pki,
    pod,
    client,
    connections: () => listener.connections(),
    certificate: (user, groups) =>
      authority.issue({ subject: { commonName: user, organizations: groups }, use: { kind: 'client' } }, clock.now().wallMs),
    token: async (order = {}) => {
      const { metadata } = await client.must(`${ACCOUNTS}/default`, { as: 'admin' });
      const account = { namespace: 'default', serviceAccount: 'default', serviceAccountUid: metadata.uid };
      return (await security.access.tokenIssuer.issue({ ...account, audiences: [], expirationSeconds: 3600, ...order })).token;
    },
    close: async () => {
      await security.close();
      client.close();
      await server.close();
      await api.close();
    },
  };
}

type Kept = Pick<SecuredApi, 'store' | 'clock' | 'security' | 'pod'>;

async function listen({ store, clock, security, pod }: Kept, exchange: Exchange) {
  const logger = SILENT_LOGGER;
  const at = { port: 0 };
  const api = await openApi({
    store,
    clock,
    logger,
    hooklet: '0.0.0',
    access: security.access,
    resources: { clusterCa: security.clusterCa, pods: { refuse: () => [] } },
    outside: { streams: pod, paths: { ...security.paths(() => `${HOST}:${at.port}`), ...exchange.paths } },
  });
  const handler = exchange.handler === undefined ? api.handler : handlerWith({ core: api.core, logger, streams: pod, ...exchange.handler });
  const asBuilt = serverGuards(security.hosts, security.tls.cert);
  const guards = { ...asBuilt, ...exchange.server?.(asBuilt) };
  const listener = new Listener(guards.connections);
  const server = new ApiServer({ handler, logger, tls: security.tls, hosts: security.hosts, guards: { ...guards, connections: listener } });
  at.port = (await server.listen({ host: HOST, port: 0 })).port;
  return { api, server, listener, port: at.port };
}

/** As `openApi` makes one, with other parts. */
function handlerWith(parts: Omit<HandlerParts, 'paths'>): ApiHandler {
  const registry = parts.core.resources;
  const paths = new NonResourceRoutes({
    registry,
    health: new HealthChecks([]),
    version: versionInfo('0'),
    serverAddress: () => '',
    routes: {},
  });
  return new ApiHandler({ ...parts, paths });
}

/** Looks over the shoulder of the guard of connections. */
class Listener {
  readonly #guard: ServerGuards['connections'];
  #server: Server | undefined;

  constructor(guard: ServerGuards['connections']) {
    this.#guard = guard;
  }

  watch(server: Server): void {
    this.#server = server;
    this.#guard.watch(server);
  }

  connections(): Promise<number> {
    return new Promise((resolve, reject) =>
      this.#server?.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
    );
  }
}

/** The certificate and key in a kubeconfig of ours. */
export async function credentialsIn(state: PrivateFiles, user: string): Promise<KeyAndCertificate> {
  const kubeconfig = (await state.read(`${user}.kubeconfig`)) ?? '';
  const of = (field: string): string => Buffer.from(new RegExp(`${field}: (\\S+)`).exec(kubeconfig)?.[1] ?? '', 'base64').toString();
  return { cert: of('client-certificate-data'), key: of('client-key-data') };
}

/** Stands where the streams of a real Pod are: lets everybody in who comes that far. */
class PodBehindStreams implements StreamRoutes {
  /** What it was asked to run. */
  readonly ran: string[] = [];
  /** What `pods/proxy` answers. */
  proxied: ApiResponse = respondText(200, 'proxied');

  async respond({ info }: StreamCall): Promise<ApiResponse> {
    return info.subresource === 'proxy' ? this.proxied : respondText(200, 'log');
  }

  async upgrade({ info, request }: StreamCall, { socket }: UpgradedConnection): Promise<void> {
    this.ran.push(`${info.subresource} ${request.query.getAll('command').join(' ')}`.trim());
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n');
  }
}
