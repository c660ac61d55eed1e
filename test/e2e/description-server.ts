/** An API server that only describes itself: discovery and OpenAPI, and it writes down what is asked of it beside. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { groupVersionPath, SERVED } from '../../scripts/api-schema/api-resources.ts';
import { answerOpenApi } from '../../src/apiserver/openapi.ts';
import { apiTypeName, readApiSchema } from '../../src/apiserver/schema/read-api-schema.ts';
import { validateFields } from '../../src/apiserver/schema/validate-fields.ts';
import { methodNotSupported, noSuchPath, StatusError } from '../../src/apiserver/status-error.ts';

export interface AskedWrite {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const schema = readApiSchema();

export class DescriptionServer {
  /** POST and PATCH, in order. */
  readonly writes: AskedWrite[] = [];
  /** Paths that were read. */
  readonly reads: string[] = [];
  /** What GET of such a path answers. */
  readonly objects = new Map<string, object>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#respond(request, response).catch((error: unknown) => {
        const status = error instanceof StatusError ? error : new StatusError(500, 'InternalError', String(error));
        sendJson(response, status.code, status.status);
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((settle) => this.#server.listen(0, '127.0.0.1', settle));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((settle) => this.#server.close(settle));
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://localhost');
    const text = Buffer.concat(await request.toArray()).toString();
    if (request.method === 'POST' || request.method === 'PATCH') {
      this.#write({ method: request.method, path, query, contentType: request.headers['content-type'] ?? '', text }, response);
      return;
    }
    this.reads.push(path);
    if (path.startsWith('/openapi/')) {
      const { status, headers, body } = await answerOpenApi({ path, query, headers: request.headers });
      response.writeHead(status, headers as Record<string, string>).end(body as Uint8Array);
      return;
    }
    const found = this.objects.get(path) ?? discovery(path);
    if (found === undefined) throw noSuchPath();
    sendJson(response, 200, found);
  }

  #write(
    { query, text, ...request }: Omit<AskedWrite, 'query' | 'body'> & { readonly query: URLSearchParams; readonly text: string },
    response: ServerResponse,
  ): void {
    const body = JSON.parse(text) as Readonly<Record<string, unknown>>;
    this.writes.push({ ...request, query: Object.fromEntries(query), body });
    const resource = SERVED.find(
      (one) => request.path.startsWith(`/${groupVersionPath(one)}/`) && request.path.split('/').includes(one.plural),
    );
    if (resource === undefined) throw noSuchPath();
    const { group, version, kind, plural, verbs } = resource;
    if (!verbs.includes(request.method === 'POST' ? 'create' : 'patch'))
      throw methodNotSupported({ group, plural }, 'create', 'it runs Pods');
    const validation = (query.get('fieldValidation') ?? 'Warn') as 'Ignore' | 'Strict' | 'Warn';
    if (request.method === 'POST') {
      const { warnings } = validateFields({ value: body, text }, { version, kind, typeName: apiTypeName(group, kind) }, validation, schema);
      for (const warning of warnings) response.appendHeader('warning', `299 - ${JSON.stringify(warning)}`);
    }
    sendJson(response, 201, { metadata: { name: 'x' }, ...body, apiVersion: group === '' ? version : `${group}/${version}`, kind });
  }
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function discovery(path: string): object | undefined {
  const groups = [...new Set(SERVED.map(({ group }) => group))].filter((group) => group !== '');
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupOf) };
  // kubectl asks whether a kind that nobody can patch is a custom one.
  if (path === '/apis/apiextensions.k8s.io/v1/customresourcedefinitions') {
    return { kind: 'CustomResourceDefinitionList', apiVersion: 'apiextensions.k8s.io/v1', metadata: {}, items: [] };
  }
  const resources = SERVED.filter((resource) => `/${groupVersionPath(resource)}` === path);
  if (resources.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: path.replace(/^\/apis?\//, ''),
    resources: resources.map(({ plural, kind, namespaced, verbs }) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      kind,
      namespaced,
      verbs,
    })),
  };
}

function groupOf(name: string): object {
  const version = { groupVersion: `${name}/v1`, version: 'v1' };
  return { name, versions: [version], preferredVersion: version };
}
