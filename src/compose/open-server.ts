/** The embedded API with everything that keeps it, listening. */
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { OpenedApi } from '../apiserver/open-api.ts';
import type { StreamRoutes } from '../apiserver/stream-routes.ts';
import { refuseUnsupported } from '../model/run-support.ts';
import { UP } from '../model/up-support.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { OpenNode } from '../ports/open-node.ts';
import { readVersion } from '../version.ts';
import type { Endings } from './endings.ts';
import type { OpenTelemetry } from './open-telemetry.ts';

export interface ServerOrder {
  readonly node: Pick<OpenNode, 'clock' | 'paths'>;
  readonly store: ObjectStore;
  readonly logger: Logger;
  readonly hostname: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly streams?: StreamRoutes;
  readonly telemetry: Pick<OpenTelemetry, 'text' | 'answered'>;
  readonly endings: Endings;
}

export interface OpenServer {
  readonly api: OpenedApi;
  readonly url: string;
}

export async function openServer(order: ServerOrder): Promise<OpenServer> {
  const { node, store, logger, listen, telemetry, endings } = order;
  const { clock, paths } = node;
  const [{ openSecurity }, { openApi }, { ApiServer }, { OwnerOnlyFiles }, { serverUrl }, { respondText }] = await Promise.all([
    import('../apiserver/security/open-security.ts'),
    import('../apiserver/open-api.ts'),
    import('../apiserver/server.ts'),
    import('../host/owner-only-files.ts'),
    import('../apiserver/security/serving-names.ts'),
    import('../apiserver/respond.ts'),
  ]);
  const security = await openSecurity({
    store,
    clock,
    logger,
    place: { hostname: order.hostname, listen: listen.host, addresses: ownAddresses() },
    pki: new OwnerOnlyFiles(join(paths.stateDir, 'pki')),
    state: new OwnerOnlyFiles(paths.stateDir),
  });
  endings.add('certificates', () => security.close());
  let url = serverUrl(listen.host, listen.port);
  const serverAddress = (): string => new URL(url).host;
  const api = await openApi({
    store,
    clock,
    logger,
    access: security.access,
    hooklet: readVersion(),
    resources: { clusterCa: security.clusterCa, pods: { refuse: (pod) => refuseUnsupported(pod, UP) } },
    outside: {
      serverAddress,
      paths: { ...security.paths(serverAddress), '/metrics': () => respondText(200, telemetry.text()) },
      ...(order.streams === undefined ? {} : { streams: order.streams }),
    },
  });
  endings.add('the API', () => api.close());
  const server = new ApiServer({ handler: api.handler, logger, tls: security.tls, hosts: security.hosts, answered: telemetry.answered });
  endings.add('the listener', () => server.close());
  const { port } = await server.listen(listen).catch((error: unknown) => {
    throw cannotListen(listen, error);
  });
  url = serverUrl(listen.host, port);
  await security.publish(url, (tls) => server.replaceTls(tls));
  return { api, url };
}

const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));

function cannotListen({ host, port }: ServerOrder['listen'], error: unknown): HookletError {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const why =
    code === 'EADDRINUSE' ? 'something else listens there' : code === 'EADDRNOTAVAIL' ? 'this machine has no such address' : String(error);
  return new HookletError('hostLacks', `the API cannot listen on ${host}:${port}: ${why}; choose another place with --listen`, {
    cause: error,
  });
}
