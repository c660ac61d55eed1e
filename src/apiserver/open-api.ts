/** The API without its listener: everything that answers a request, and what it does by itself. */
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Authenticator, Authorizer } from './access.ts';
import type { ApiCore } from './api-core.ts';
import { ApiHandler } from './api-handler.ts';
import { createBuiltIns } from './built-ins.ts';
import { HealthChecks } from './health.ts';
import { type Identifiers, RANDOM_IDENTIFIERS } from './identifiers.ts';
import { NonResourceRoutes, type PathRoute, versionInfo } from './non-resource-routes.ts';
import { answerOpenApi } from './openapi.ts';
import { allResources, type ResourceOptions } from './resources/all-resources.ts';
import { ResourceRegistry } from './resources/resource-registry.ts';
import { readApiSchema } from './schema/read-api-schema.ts';
import type { StreamRoutes } from './stream-routes.ts';
import type { TokenIssuer } from './token-issuer.ts';
import { NamespaceKeeper } from './upkeep/namespace-keeper.ts';
import { keepStoreSmall } from './upkeep/store-upkeep.ts';
import { WatchHub } from './watch/watch-hub.ts';

export interface ApiParts {
  /** Stays the caller's: it is not closed here. */
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly access: { readonly authenticator: Authenticator; readonly authorizer: Authorizer; readonly tokenIssuer?: TokenIssuer };
  /** hooklet's own version. */
  readonly hooklet: string;
  readonly resources: ResourceOptions;
  readonly outside?: OutsideRoutes;
  readonly identifiers?: Identifiers;
}

/** What others answer. */
export interface OutsideRoutes {
  readonly streams?: StreamRoutes;
  /** By the beginning of their path: "/metrics". */
  readonly paths?: Readonly<Record<string, PathRoute>>;
  /** Host and port as clients should call this server; known when it listens. */
  readonly serverAddress?: () => string;
}

export interface OpenedApi {
  readonly core: ApiCore;
  readonly handler: ApiHandler;
  /** Ends what it does by itself. Twice is fine. */
  close(): Promise<void>;
}

export async function openApi(parts: ApiParts): Promise<OpenedApi> {
  const { store, clock, logger, access, outside = {} } = parts;
  const core: ApiCore = {
    store,
    clock,
    resources: new ResourceRegistry(allResources(parts.resources)),
    hub: new WatchHub(store),
    identifiers: parts.identifiers ?? RANDOM_IDENTIFIERS,
    schema: readApiSchema(),
    ...access,
  };
  await createBuiltIns(core);
  const paths = new NonResourceRoutes({
    registry: core.resources,
    health: new HealthChecks([
      { name: 'ping', check: () => undefined },
      { name: 'store', check: () => (store.count({ resource: 'namespaces' }) > 0 ? undefined : 'it holds no namespace') },
    ]),
    version: versionInfo(parts.hooklet),
    serverAddress: outside.serverAddress ?? (() => '127.0.0.1:6443'),
    routes: { '/openapi': ({ query, headers }, path) => answerOpenApi({ path, query, headers }), ...outside.paths },
  });
  const keeper = new NamespaceKeeper(core, logger);
  keeper.start();
  const stopUpkeep = keepStoreSmall(store, clock, logger);
  const { streams } = outside;
  const handler = new ApiHandler({ core, paths, logger, ...(streams === undefined ? {} : { streams }) });
  return {
    core,
    handler,
    close: async () => {
      stopUpkeep();
      await keeper.stop();
      core.hub.close();
    },
  };
}
