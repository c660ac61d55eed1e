/**
 * The embedded API for what lives in the same process: the node, the binder. The same verbs, rules and rights as for
 * clients from outside, without sockets and TLS. Who calls is settled when it is opened; nobody can be mistaken for it.
 */
import { HookletError } from '../ports/hooklet-error.ts';
import type { KubeAnswer, KubeApi, KubeRequest, WatchEvent } from '../ports/kube-api.ts';
import { readJson, WatchFrames } from '../ports/kube-api-frames.ts';
import type { Logger } from '../ports/logger.ts';
import type { UserInfo } from './access.ts';
import type { ApiCore } from './api-core.ts';
import { ApiHandler } from './api-handler.ts';
import type { ApiRequest, ApiResponse } from './api-request.ts';
import { HealthChecks } from './health.ts';
import { NonResourceRoutes, versionInfo } from './non-resource-routes.ts';
import { StatusError, tooLarge } from './status-error.ts';

export interface Caller {
  readonly user: UserInfo;
  /** Its first part, up to "/", becomes the manager of the fields it writes: "kubelet/v1.36.0". */
  readonly userAgent: string;
}

export class InProcessApi implements KubeApi {
  readonly #handler: ApiHandler;
  readonly #userAgent: string;

  constructor({ core, logger }: { readonly core: ApiCore; readonly logger: Logger }, { user, userAgent }: Caller) {
    const { reviewToken } = core.authenticator;
    const authenticator = {
      authenticate: () => user,
      ...(reviewToken === undefined ? {} : { reviewToken: reviewToken.bind(core.authenticator) }),
    };
    // Resources are what is asked for here; health and discovery have other ways.
    const paths = new NonResourceRoutes({
      registry: core.resources,
      health: new HealthChecks([]),
      version: versionInfo('0'),
      serverAddress: () => '',
      routes: {},
    });
    this.#handler = new ApiHandler({ core: { ...core, authenticator }, paths, logger });
    this.#userAgent = userAgent;
  }

  async request(request: KubeRequest): Promise<KubeAnswer> {
    const { signal = NEVER } = request;
    signal.throwIfAborted();
    const { status, body } = await this.#handler.handle(this.#toApiRequest(request, signal));
    return { status, body: readJson(await wholeOf(body)) };
  }

  async *watch(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    const left = new AbortController();
    const both = AbortSignal.any([signal, left.signal]);
    try {
      const { status, body } = await this.#handler.handle(
        this.#toApiRequest({ method: 'GET', path, query: { ...query, watch: 'true' } }, both),
      );
      if (status >= 400 || body instanceof Uint8Array) {
        yield { type: 'ERROR', object: readJson(await wholeOf(body)) };
        return;
      }
      const frames = new WatchFrames();
      for await (const chunk of body) {
        for (const event of frames.push(chunk)) {
          if (both.aborted) return;
          yield event;
        }
      }
    } finally {
      left.abort();
    }
  }

  #toApiRequest({ method, path, query, body, contentType }: KubeRequest, signal: AbortSignal): ApiRequest {
    const bytes = body === undefined ? new Uint8Array() : encoder.encode(JSON.stringify(body));
    return {
      method,
      path,
      query: new URLSearchParams(query),
      headers: {
        accept: 'application/json',
        'user-agent': this.#userAgent,
        ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
      },
      readBody: async (limit) => {
        if (bytes.length > limit) throw tooLarge(limit);
        return bytes;
      },
      signal,
    };
  }
}

const encoder = new TextEncoder();
const NEVER = new AbortController().signal;

/** A list comes in parts. What breaks in the middle of it is no answer. */
async function wholeOf(body: ApiResponse['body']): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const parts: Uint8Array[] = [];
  try {
    for await (const part of body) parts.push(part);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw new HookletError('apiUnavailable', `the answer of the API broke off: ${error.message}`, { cause: error, retry: 'later' });
  }
  return Buffer.concat(parts);
}
