/** The embedded API on the store in memory, and a node's way to it, with every accident of a network in between. */
import type { UserInfo } from '../../src/apiserver/access.ts';
import { InProcessApi } from '../../src/apiserver/in-process-api.ts';
import { RoleAuthorizer } from '../../src/apiserver/security/role-authorizer.ts';
import type { ApiGround } from '../../src/kubeapi/retry-loop.ts';
import type { Fields } from '../../src/model/json-fields.ts';
import type { KubeApi } from '../../src/ports/kube-api.ts';
import type { Logger } from '../../src/ports/logger.ts';
import { type Json, openTestApi, type TestApi, type TestApiOptions } from '../apiserver/test-api.ts';
import { FaultyApi } from './api-faults.ts';

export const NODE = 'node';
export const SCHEDULER: UserInfo = { username: 'system:kube-scheduler', groups: ['system:authenticated'] };

export interface ApiStage {
  readonly server: TestApi;
  /** As the node. */
  readonly api: FaultyApi;
  readonly ground: ApiGround & { readonly api: KubeApi };
  readonly logged: string[];
  /** Another way to the same server, as somebody else. */
  as(user: UserInfo, userAgent: string): FaultyApi;
  /** Creates a Pod that is bound to the node already. */
  bound(name: string, spec?: Fields, metadata?: Fields): Promise<Json>;
  /** Undefined: it is not there. */
  pod(name: string): Promise<Json>;
  /** "type name" of every Pod event since the beginning, with what matters of it. */
  watched(): Promise<readonly Json[]>;
}

export interface Cleaning {
  after(act: () => Promise<void> | void): void;
}

export async function openApiStage(t: Cleaning, options: TestApiOptions = {}): Promise<ApiStage> {
  // With the rights that hooklet gives its own parts.
  const authorizer = new RoleAuthorizer();
  const server = await openTestApi({ authorize: (attributes) => authorizer.authorize(attributes), ...options });
  const logged: string[] = [];
  const logger: Logger = { info: () => {}, warn: (message, fields) => logged.push(`${message} ${JSON.stringify(fields ?? {})}`) };
  const as = (user: UserInfo, userAgent: string): FaultyApi =>
    new FaultyApi(new InProcessApi({ core: server.core, logger }, { user, userAgent }));
  const api = as({ username: `system:node:${NODE}`, groups: ['system:nodes', 'system:authenticated'] }, 'kubelet/v1.36.0');
  const watch = await server.watch('/api/v1/pods?resourceVersion=1');
  const seen: Json[] = [];
  t.after(async () => {
    watch.stop();
    await server.close();
  });
  return {
    server,
    api,
    ground: { api, clock: server.clock, logger, random: () => 1 },
    logged,
    as,
    bound: (name, spec = {}, metadata = {}) =>
      server.must(`POST ${PODS}`, { body: podObject(name, { nodeName: NODE, ...spec }, metadata) }),
    pod: async (name) => {
      const { status, body } = await server.ask(`GET ${PODS}/${name}`);
      return status === 404 ? undefined : body;
    },
    watched: async () => {
      seen.push(...(await watch.ready()));
      return seen;
    },
  };
}

export const PODS = '/api/v1/namespaces/default/pods';

export const podObject = (name: string, spec: Fields = {}, metadata: Fields = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { containers: [{ name: 'main', image: 'localhost/hooklet/base:1' }], ...spec },
});
