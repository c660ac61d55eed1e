/**
 * An API server of a test: holds the objects it is given, answers reads as kubectl expects them (discovery, tables,
 * selectors, pages, watches), takes writes without judging them, and remembers every request. Over plain HTTP, or over
 * TLS with a client's token or certificate.
 */
import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { ApiObject } from '../../src/model/api-objects.ts';
import { tableColumns, tableRow } from '../../src/printing/table-of.ts';
import type { KeyAndCertificate } from '../network/self-signed.ts';

export interface CannedResource {
  readonly plural: string;
  readonly kind: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
}

export const RESOURCES: readonly CannedResource[] = [
  { plural: 'pods', kind: 'Pod', group: '', namespaced: true, shortNames: ['po'] },
  { plural: 'nodes', kind: 'Node', group: '', namespaced: false, shortNames: ['no'] },
  { plural: 'events', kind: 'Event', group: '', namespaced: true, shortNames: ['ev'] },
  { plural: 'namespaces', kind: 'Namespace', group: '', namespaced: false, shortNames: ['ns'] },
  { plural: 'configmaps', kind: 'ConfigMap', group: '', namespaced: true, shortNames: ['cm'] },
  { plural: 'secrets', kind: 'Secret', group: '', namespaced: true },
  { plural: 'leases', kind: 'Lease', group: 'coordination.k8s.io', namespaced: true },
  { plural: 'runtimeclasses', kind: 'RuntimeClass', group: 'node.k8s.io', namespaced: false },
];

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface WatchLine {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

export interface CannedOptions {
  readonly tls?: KeyAndCertificate & { readonly ca?: string };
  /** What the requests must carry to be let in. */
  readonly token?: string;
  /** At most so many objects a page, whatever is asked for. */
  readonly pageSize?: number;
}

type Found = { readonly resource: CannedResource; readonly namespace?: string; readonly name?: string; readonly subresource?: string };

export class CannedApi {
  readonly objects = new Map<string, ApiObject[]>();
  readonly requests: SeenRequest[] = [];
  /** Sent to a watch of the resource, then it ends; a resource that is not here has a silent watch. */
  readonly watches = new Map<string, readonly WatchLine[]>();
  /** Text of `pods/log`, by the name of the Pod and the container: `web/main`. */
  readonly logs = new Map<string, string>();
  /** Answers before anything else does. */
  answerFirst: ((request: SeenRequest, response: ServerResponse) => boolean) | undefined;
  readonly #options: CannedOptions;
  readonly #server: Server;
  readonly #nowMs: number;

  constructor(nowMs: number, options: CannedOptions = {}) {
    this.#nowMs = nowMs;
    this.#options = options;
    const listener: RequestListener = (request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    };
    const { tls } = options;
    this.#server =
      tls === undefined
        ? createHttpServer(listener)
        : createHttpsServer({ ...tls, requestCert: true, rejectUnauthorized: false }, listener);
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  add(plural: string, ...objects: readonly ApiObject[]): void {
    this.objects.set(plural, [...(this.objects.get(plural) ?? []), ...objects]);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://canned');
    const body =
      request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined
        ? undefined
        : await json(request);
    const query = Object.fromEntries(url.searchParams);
    const seen = { method: request.method ?? '', path: url.pathname, query, headers: request.headers, body };
    this.requests.push(seen);
    if (this.answerFirst?.(seen, response) === true) return;
    if (!this.#isLetIn(request)) return fail(response, 401, ['Unauthorized', 'Unauthorized']);
    const known = discovery(url.pathname);
    if (known !== undefined) return send(response, 200, known);
    const found = findResource(url.pathname);
    if (found === undefined) return fail(response, 404, ['NotFound', 'the server could not find the requested resource']);
    this.#serve(found, seen, response);
  }

  #isLetIn(request: IncomingMessage): boolean {
    return this.#options.token === undefined || request.headers.authorization === `Bearer ${this.#options.token}`;
  }

  #serve(found: Found, seen: SeenRequest, response: ServerResponse): void {
    if (found.subresource === 'log') return this.#log(found, seen, response);
    if (seen.query['watch'] === 'true' || seen.query['watch'] === '1') return this.#watch(found, seen, response);
    if (seen.method === 'GET') return found.name === undefined ? this.#list(found, seen, response) : this.#get(found, seen, response);
    this.#write(found, seen, response);
  }

  #log({ name, namespace }: Found, { query }: SeenRequest, response: ServerResponse): void {
    const text = this.logs.get(`${name}/${query['container'] ?? ''}`);
    if (text === undefined) return fail(response, 404, ['NotFound', `pods "${name}" not found`], { name: name ?? '', kind: 'pods' });
    response.writeHead(200, { 'content-type': 'text/plain', 'x-namespace': namespace ?? '' }).end(text);
  }

  #watch({ resource }: Found, seen: SeenRequest, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const lines = this.watches.get(resource.plural);
    if (lines === undefined) return;
    for (const [index, { type, object }] of lines.entries()) {
      const shown = wantsTable(seen) ? watchedTable(resource, object as ApiObject, index === 0, this.#nowMs) : object;
      response.write(`${JSON.stringify({ type, object: shown })}\n`);
    }
    response.end();
  }

  #list(found: Found, seen: SeenRequest, response: ServerResponse): void {
    const all = this.#matching(found, seen);
    const start = Number(seen.query['continue'] ?? 0);
    const limit = Math.min(Number(seen.query['limit'] ?? all.length) || all.length, this.#options.pageSize ?? all.length);
    const items = all.slice(start, start + limit);
    const more = start + limit < all.length ? { continue: String(start + limit), remainingItemCount: all.length - start - limit } : {};
    const metadata = { resourceVersion: '1000', ...more };
    if (wantsTable(seen)) return send(response, 200, { ...table(found.resource, items, this.#nowMs), metadata });
    send(response, 200, { apiVersion: apiVersion(found.resource), kind: `${found.resource.kind}List`, metadata, items });
  }

  #get(found: Found, seen: SeenRequest, response: ServerResponse): void {
    const object = this.#objectOf(found);
    if (object === undefined) return notFound(response, found);
    send(response, 200, wantsTable(seen) ? table(found.resource, [object], this.#nowMs) : object);
  }

  #write(found: Found, { method, body }: SeenRequest, response: ServerResponse): void {
    const { plural } = found.resource;
    const present = this.#objectOf(found);
    if (method === 'POST') {
      const made = body as ApiObject;
      this.add(plural, made);
      return send(response, 201, made);
    }
    if (method === 'DELETE') {
      if (present === undefined) return notFound(response, found);
      this.objects.set(
        plural,
        (this.objects.get(plural) ?? []).filter((object) => object !== present),
      );
      return send(response, 200, present);
    }
    const written = body as ApiObject;
    this.objects.set(plural, [...(this.objects.get(plural) ?? []).filter((object) => object !== present), written]);
    send(response, present === undefined ? 201 : 200, written);
  }

  #objectOf({ resource, namespace, name }: Found): ApiObject | undefined {
    return (this.objects.get(resource.plural) ?? []).find(
      ({ metadata }) => metadata?.name === name && (!resource.namespaced || metadata?.namespace === namespace),
    );
  }

  #matching({ resource, namespace }: Found, { query }: SeenRequest): readonly ApiObject[] {
    return (this.objects.get(resource.plural) ?? []).filter(
      (object) =>
        (namespace === undefined || object.metadata?.namespace === namespace) &&
        (query['fieldSelector'] ?? '').split(',').every((term) => term === '' || matchesField(object, term)) &&
        (query['labelSelector'] ?? '').split(',').every((term) => term === '' || matchesLabel(object, term)),
    );
  }
}

function matchesField(object: ApiObject, term: string): boolean {
  const [, path = '', operator = '', wanted = ''] = /^([^!=]+)(!?==?)(.*)$/.exec(term) ?? [];
  const value = path.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], object);
  return operator.startsWith('!') !== (String(value ?? '') === wanted);
}

function matchesLabel({ metadata }: ApiObject, term: string): boolean {
  const [key = '', value = ''] = term.split('=');
  return metadata?.labels?.[key] === value;
}

function table(resource: CannedResource, objects: readonly ApiObject[], nowMs: number): object {
  const key = resource.group === '' ? resource.plural : `${resource.group}/${resource.plural}`;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '1000' },
    columnDefinitions: tableColumns(key),
    rows: objects.map((object) => tableRowOf(key, object, nowMs)),
  };
}

/** Only the first event of a watch says which columns there are. */
function watchedTable(resource: CannedResource, object: ApiObject, isFirst: boolean, nowMs: number): object {
  const whole = table(resource, [object], nowMs);
  return isFirst ? whole : { ...whole, columnDefinitions: [] };
}

function tableRowOf(resource: string, object: ApiObject, nowMs: number): object {
  const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
  return { ...tableRow(resource, object, nowMs), object: partial };
}

const wantsTable = ({ headers }: SeenRequest): boolean => headers.accept?.includes('as=Table') === true;

const apiVersion = ({ group }: CannedResource): string => (group === '' ? 'v1' : `${group}/v1`);

function discovery(path: string): object | undefined {
  if (path === '/version') return { major: '1', minor: '32', gitVersion: 'v1.32.0' };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  const groups = [...new Set(RESOURCES.map(({ group }) => group).filter((group) => group !== ''))];
  if (path === '/apis') {
    const versions = (group: string) => [{ groupVersion: `${group}/v1`, version: 'v1' }];
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: groups.map((name) => ({ name, versions: versions(name), preferredVersion: versions(name)[0] })),
    };
  }
  const group = path === '/api/v1' ? '' : /^\/apis\/([^/]+)\/v1$/.exec(path)?.[1];
  if (group === undefined || (group !== '' && !groups.includes(group))) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? 'v1' : `${group}/v1`,
    resources: RESOURCES.filter((resource) => resource.group === group).map(({ plural, kind, namespaced, shortNames = [] }) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced,
      kind,
      verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
      shortNames,
    })),
  };
}

function findResource(path: string): Found | undefined {
  const match =
    /^\/(?:api|apis\/(?<group>[^/]+))\/v1(?:\/namespaces\/(?<namespace>[^/]+)(?=\/))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<subresource>[^/]+))?$/.exec(
      path,
    );
  if (match?.groups === undefined) return undefined;
  const { group = '', namespace, plural, name, subresource } = match.groups;
  const resource = RESOURCES.find((one) => one.plural === plural && one.group === group);
  if (resource === undefined) return undefined;
  return {
    resource,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name: decodeURIComponent(name) }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

const notFound = (response: ServerResponse, { resource, name = '' }: Found): void => {
  const kind = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
  fail(response, 404, ['NotFound', `${kind} "${name}" not found`], { name, group: resource.group, kind: resource.plural });
};

/** A Status; `details` names the object that it is about. */
export function fail(response: ServerResponse, code: number, [reason, message]: readonly [string, string], details?: object): void {
  send(response, code, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code });
}

export function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
