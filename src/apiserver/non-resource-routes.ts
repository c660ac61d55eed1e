/** Paths that are no resource: discovery, version, health, metrics, OpenAPI. */
import { createHash } from 'node:crypto';
import type { UserInfo } from './access.ts';
import type { ApiRequest, ApiResponse } from './api-request.ts';
import { aggregatedDiscovery, apiGroup, apiGroupList, apiResourceList, apiVersions } from './discovery.ts';
import type { HealthChecks } from './health.ts';
import { parseAccept } from './negotiate.ts';
import type { ResourceRegistry } from './resources/resource-registry.ts';
import { respondJson } from './respond.ts';
import { methodNotAllowed, noSuchPath } from './status-error.ts';

/** Answers of others, by the first part of their path. `undefined`: no such path. */
export type PathRoute = (request: ApiRequest, path: string, user: UserInfo) => ApiResponse | undefined | Promise<ApiResponse | undefined>;

export interface NonResourceParts {
  readonly registry: ResourceRegistry;
  readonly health: HealthChecks;
  readonly version: VersionInfo;
  /** "127.0.0.1:6443", as clients should call this server. */
  readonly serverAddress: () => string;
  /** "/metrics", "/openapi": a path is served by the longest of these that begins it. */
  readonly routes: Readonly<Record<string, PathRoute>>;
}

/** `version.Info` of `/version`. */
export interface VersionInfo {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
  readonly [name: string]: string;
}

/** The API that hooklet speaks, with hooklet's own mark as build metadata. */
export const versionInfo = (hooklet: string): VersionInfo => ({
  major: '1',
  minor: '36',
  gitVersion: `v1.36.0+hooklet.${hooklet.replace(/[^0-9A-Za-z.-]/g, '-')}`,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '',
  goVersion: `node ${process.versions.node}`,
  compiler: 'hooklet',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
});

export class NonResourceRoutes {
  readonly #parts: NonResourceParts;

  constructor(parts: NonResourceParts) {
    this.#parts = parts;
  }

  async respond(request: ApiRequest, path: string, user: UserInfo): Promise<ApiResponse> {
    const own = this.#own(request, path);
    if (own !== undefined && request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
    const answer = own ?? (await this.#others(request, path, user));
    if (answer === undefined) throw noSuchPath();
    return answer;
  }

  #own(request: ApiRequest, path: string): ApiResponse | undefined {
    const { version, health, registry } = this.#parts;
    const [, root = '', group = '', apiVersion = '', ...rest] = path.replace(/\/$/, '').split('/');
    if (root === 'version' && group === '') return respondJson(version);
    if (root === '') return respondJson({ paths: this.#paths() });
    if (root === 'healthz' || root === 'livez' || root === 'readyz') return health.respond(root, group, request.query);
    if (root === 'api') return apiVersion === '' && rest.length === 0 ? this.#api(request, group) : undefined;
    if (root !== 'apis' || rest.length > 0) return undefined;
    if (group === '') return this.#discovery(request, 'apis') ?? respondJson(apiGroupList(registry));
    return jsonOrNothing(apiVersion === '' ? apiGroup(registry, group) : apiResourceList(registry, group, apiVersion));
  }

  #api(request: ApiRequest, version: string): ApiResponse | undefined {
    const { registry, serverAddress } = this.#parts;
    if (version !== '') return jsonOrNothing(apiResourceList(registry, '', version));
    return this.#discovery(request, 'api') ?? respondJson(apiVersions(registry, serverAddress()));
  }

  /** If the client would rather have all in one. */
  #discovery({ headers }: ApiRequest, root: 'api' | 'apis'): ApiResponse | undefined {
    for (const { media, params } of parseAccept(headers.accept)) {
      const { g: group, v: version = '', as } = params;
      const isAggregated = group === 'apidiscovery.k8s.io' && as === 'APIGroupDiscoveryList' && ['v2', 'v2beta1'].includes(version);
      if (media === 'application/json' && isAggregated) return this.#aggregated(root, version, headers['if-none-match']);
      if (media === 'application/json' && group === undefined) return undefined;
    }
    return undefined;
  }

  #aggregated(root: 'api' | 'apis', version: string, known: string | undefined): ApiResponse {
    const response = respondJson(
      aggregatedDiscovery(this.#parts.registry, root, version),
      200,
      `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    );
    const etag = `"${createHash('sha256')
      .update(response.body as Uint8Array)
      .digest('hex')
      .toUpperCase()}"`;
    const headers = { ...response.headers, etag, vary: 'Accept' };
    return known === etag ? { status: 304, headers, body: new Uint8Array() } : { ...response, headers };
  }

  async #others(request: ApiRequest, path: string, user: UserInfo): Promise<ApiResponse | undefined> {
    const prefixes = Object.keys(this.#parts.routes).sort((a, b) => b.length - a.length);
    const prefix = prefixes.find((one) => path === one || path.startsWith(`${one}/`));
    return prefix === undefined ? undefined : this.#parts.routes[prefix]?.(request, path, user);
  }

  #paths(): readonly string[] {
    const { registry, routes } = this.#parts;
    const versions = registry.groups.flatMap(({ group, versions: all }) =>
      group === '' ? all.map((one) => `/api/${one}`) : [`/apis/${group}`, ...all.map((one) => `/apis/${group}/${one}`)],
    );
    return ['/api', '/apis', '/healthz', '/livez', '/readyz', '/version', ...versions, ...Object.keys(routes)].sort();
  }
}

const jsonOrNothing = (value: object | undefined): ApiResponse | undefined => (value === undefined ? undefined : respondJson(value));
