/**
 * One request from its first line to its answer: who asks, may they, what is it about, and which verb does it. No port
 * and no socket here: tests call `handle` with a request made by hand.
 *
 * H1 Nothing of a body is read before its sender was let in.
 * H2 Whatever goes wrong becomes a Status; what is not the client's fault is logged, and its text kept from the client.
 */
import { hasCode, messageOf } from '../ports/hooklet-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { AccessAttributes, UserInfo } from './access.ts';
import { refusal } from './access-refusal.ts';
import type { ApiCore } from './api-core.ts';
import { parseStored } from './api-object.ts';
import type { ApiRequest, ApiResponse } from './api-request.ts';
import type { NonResourceRoutes } from './non-resource-routes.ts';
import { type RequestInfo, type ResourceRequestInfo, readRequestInfo } from './request-info.ts';
import type { ResourceDescription } from './resources/resource.ts';
import { respondStatus } from './respond.ts';
import {
  internalError,
  methodNotAllowed,
  methodNotSupported,
  noSuchPath,
  notFound,
  StatusError,
  serviceUnavailable,
  unauthorized,
} from './status-error.ts';
import { CONNECTING, type StreamRoutes } from './stream-routes.ts';
import type { Call } from './verbs/call.ts';
import { create } from './verbs/create.ts';
import { deleteVerb } from './verbs/delete.ts';
import { deleteCollection } from './verbs/delete-collection.ts';
import { get } from './verbs/get.ts';
import { list } from './verbs/list.ts';
import { keyOf } from './verbs/object-key.ts';
import { patch } from './verbs/patch.ts';
import { callSubresource } from './verbs/subresource.ts';
import { update } from './verbs/update.ts';
import { watch } from './verbs/watch.ts';

export interface HandlerParts {
  readonly core: ApiCore;
  readonly paths: NonResourceRoutes;
  readonly logger: Logger;
  /** Absent: logs and streams are not offered. */
  readonly streams?: StreamRoutes;
  /** Absent: `CONNECTING`. */
  readonly connecting?: ReadonlySet<string>;
}

type VerbFunction = (core: ApiCore, call: Call) => ApiResponse | Promise<ApiResponse>;

const VERBS: Readonly<Record<ResourceRequestInfo['verb'], VerbFunction>> = {
  get,
  list,
  watch,
  create,
  update,
  patch,
  delete: deleteVerb,
  deletecollection: deleteCollection,
};

export class ApiHandler {
  readonly #parts: HandlerParts;

  constructor(parts: HandlerParts) {
    this.#parts = parts;
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    try {
      const { info, user } = await this.admit(request);
      return info.kind === 'path' ? await this.#parts.paths.respond(request, info.path, user) : await this.#resource(request, info, user);
    } catch (error) {
      return respondStatus(this.statusOf(error, request).status);
    }
  }

  /** Says who asks for what, or throws a StatusError when they may not. */
  async admit(request: ApiRequest): Promise<{ readonly info: RequestInfo; readonly user: UserInfo }> {
    const { core } = this.#parts;
    const user = await core.authenticator.authenticate(request);
    if (user === undefined) throw unauthorized();
    const info = readRequestInfo(request.method, request.path, request.query);
    const attributes = attributesOf(info, { user, query: request.query, connecting: this.#parts.connecting ?? CONNECTING });
    const { allowed, reason } = await core.authorizer.authorize(attributes);
    if (!allowed) throw refusal(attributes, reason);
    return { info, user };
  }

  /** What a stream is about: for the listener, when a connection asks to be upgraded. */
  findStream(info: RequestInfo): { readonly resource: ResourceDescription; readonly streams: StreamRoutes } {
    const { streams, core } = this.#parts;
    if (info.kind !== 'resource') throw noSuchPath();
    const resource = this.#find(core, info);
    if (resource.subresources?.[info.subresource]?.kind !== 'stream') throw methodNotAllowed();
    if (streams === undefined) throw methodNotSupported(resource, info.subresource);
    return { resource, streams };
  }

  /** The object that a stream is opened on. */
  streamObject(resource: ResourceDescription, { namespace, name }: ResourceRequestInfo) {
    const stored = this.#parts.core.store.get(keyOf(resource, namespace, name));
    if (stored === undefined) throw notFound(resource, name);
    return parseStored(stored.json);
  }

  statusOf(error: unknown, { method, path }: Pick<ApiRequest, 'method' | 'path'>): StatusError {
    if (error instanceof StatusError) return error;
    if (hasCode(error, 'storeUnwritable')) {
      this.#parts.logger.warn('a request could not be stored', { method, path, error: messageOf(error) });
      return serviceUnavailable('the object store cannot be written at the moment, please try again later');
    }
    this.#parts.logger.warn('a request failed', {
      method,
      path,
      error: messageOf(error),
      stack: error instanceof Error ? error.stack : undefined,
    });
    return internalError('the request failed; the log of hooklet says why');
  }

  #find(core: ApiCore, info: ResourceRequestInfo): ResourceDescription {
    const resource = core.resources.find(info.group, info.version, info.resource);
    if (resource === undefined) throw noSuchPath();
    const isMisplaced = resource.namespaced ? info.namespace === '' && info.name !== '' : info.namespace !== '';
    if (isMisplaced) throw noSuchPath();
    return resource;
  }

  async #resource(request: ApiRequest, info: ResourceRequestInfo, user: UserInfo): Promise<ApiResponse> {
    const { core } = this.#parts;
    const resource = this.#find(core, info);
    const call: Call = { request, info, resource, user, nowMs: core.clock.now().wallMs };
    if (info.subresource !== '') return this.#subresource(call);
    // What is created has no path yet; what is changed has one.
    if ((info.verb === 'create') !== (info.name === '') && CHANGES.has(info.verb)) throw methodNotAllowed();
    if (!resource.verbs.includes(info.verb)) {
      if (resource.refusal !== undefined) throw methodNotSupported(resource, info.verb, resource.refusal);
      throw methodNotAllowed();
    }
    return VERBS[info.verb](core, call);
  }

  async #subresource(call: Call): Promise<ApiResponse> {
    const { resource, info, request, user } = call;
    const subresource = resource.subresources?.[info.subresource];
    if (subresource === undefined) throw noSuchPath();
    if (subresource.kind !== 'stream') return callSubresource(this.#parts.core, call, subresource);
    const { streams } = this.findStream(info);
    return streams.respond({ info, user, request, object: this.streamObject(resource, info) });
  }
}

const CHANGES: ReadonlySet<string> = new Set(['create', 'update', 'patch']);

interface Asking {
  readonly user: UserInfo;
  readonly query: URLSearchParams;
  readonly connecting: ReadonlySet<string>;
}

function attributesOf(info: RequestInfo, { user, query, connecting }: Asking): AccessAttributes {
  if (info.kind === 'path') return { kind: 'path', user, verb: info.verb, path: info.path };
  const { group, version, namespace, resource, subresource } = info;
  // Who may see one object may list and watch just that one.
  const name = info.name || (/^metadata\.name==?([^,=!\\]+)$/.exec(query.get('fieldSelector') ?? '')?.[1] ?? '');
  // A WebSocket handshake is a GET: the right to read a Pod must not be the right to run programs in it.
  const verb = connecting.has(subresource) ? 'create' : info.verb;
  return { kind: 'resource', user, verb, group, version, resource, subresource, namespace, name };
}
