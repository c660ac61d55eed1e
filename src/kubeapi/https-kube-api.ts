/**
 * The API server of a cluster, over HTTPS.
 *
 * H1 The server must show a certificate of the given authority: there is no way to leave that out.
 * H2 A redirect is an answer like any other and is not followed: credentials go to the one server they are for.
 * H3 Requests share a few connections that are kept; each watch has its own, so that watches hold up no request.
 * H4 A connection on which nothing moves any more is given up.
 */
import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { KubeAnswer, KubeApi, KubeRequest, WatchEvent } from '../ports/kube-api.ts';
import { readJson, WatchFrames } from '../ports/kube-api-frames.ts';

export interface HttpsKubeApiOptions {
  /** "https://10.0.0.1:6443", also with a path in front of everything. */
  readonly server: string;
  /** PEM of who signed the server's certificate; absent: one of those that the machine trusts. */
  readonly ca?: string;
  /** PEM, both or none. */
  readonly cert?: string;
  readonly key?: string;
  /** Asked for at each request, as tokens in files are renewed. */
  readonly token?: () => string;
  /** The name in the server's certificate, if it is not that of `server`. */
  readonly serverName?: string;
  readonly userAgent: string;
  readonly limits?: Partial<HttpsLimits>;
}

export interface HttpsLimits {
  /** Without a byte from the server. */
  readonly requestIdleMs: number;
  /** The same for a watch: servers send a bookmark about every minute. */
  readonly watchIdleMs: number;
  readonly answerBytes: number;
}

const LIMITS: HttpsLimits = { requestIdleMs: 60_000, watchIdleMs: 180_000, answerBytes: 128 * 1024 * 1024 };
const MAX_CONNECTIONS = 16;

export class HttpsKubeApi implements KubeApi {
  readonly #options: HttpsKubeApiOptions;
  readonly #limits: HttpsLimits;
  readonly #base: URL;
  readonly #requests: Agent;
  readonly #watches: Agent;

  constructor(options: HttpsKubeApiOptions) {
    this.#base = readServer(options.server);
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    const { ca, cert, key, serverName } = options;
    const tls = {
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    } as const;
    this.#requests = new Agent({ ...tls, keepAlive: true, maxSockets: MAX_CONNECTIONS, maxFreeSockets: MAX_CONNECTIONS });
    this.#watches = new Agent({ ...tls, keepAlive: false });
  }

  async request(request: KubeRequest): Promise<KubeAnswer> {
    request.signal?.throwIfAborted();
    const what = `${request.method} ${this.#base.origin}${request.path}`;
    try {
      return await this.#ask(request);
    } catch (error) {
      request.signal?.throwIfAborted();
      throw new HookletError('apiUnavailable', `${what} failed: ${messageOf(error)}`, { cause: error, retry: 'later' });
    }
  }

  async *watch(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    if (signal.aborted) return;
    const left = new AbortController();
    const request: KubeRequest = {
      method: 'GET',
      path,
      query: { ...query, watch: 'true' },
      signal: AbortSignal.any([signal, left.signal]),
    };
    try {
      const response = await this.#send(request, this.#watches, this.#limits.watchIdleMs);
      if ((response.statusCode ?? 0) >= 400) yield { type: 'ERROR', object: readJson(await this.#wholeOf(response)) };
      else yield* eventsOf(response, signal);
    } catch {
      // No answer, or no more of it: whoever reads goes on from where it is.
    } finally {
      left.abort();
    }
  }

  /** Ends what is kept open. Twice is fine. */
  close(): void {
    this.#requests.destroy();
    this.#watches.destroy();
  }

  async #ask(request: KubeRequest): Promise<KubeAnswer> {
    let response: IncomingMessage;
    try {
      response = await this.#send(request, this.#requests, this.#limits.requestIdleMs);
    } catch (error) {
      // A kept connection may have been closed just as it was used again: what changes nothing is simply asked again.
      if (!(error instanceof StaleConnection) || request.method !== 'GET') throw error;
      response = await this.#send(request, this.#requests, this.#limits.requestIdleMs);
    }
    return { status: response.statusCode ?? 0, body: readJson(await this.#wholeOf(response)) };
  }

  #send(request: KubeRequest, agent: Agent, idleMs: number): Promise<IncomingMessage> {
    const { method, path, query = {}, body, contentType = 'application/json', signal } = request;
    const text = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const search = new URLSearchParams(query).toString();
    return new Promise((resolve, reject) => {
      const token = this.#options.token?.();
      const sent = httpsRequest({
        agent,
        host: this.#base.hostname.replace(/^\[|\]$/g, ''),
        port: this.#base.port === '' ? 443 : Number(this.#base.port),
        method,
        path: `${this.#base.pathname.replace(/\/$/, '')}${path}${search === '' ? '' : `?${search}`}`,
        headers: {
          accept: 'application/json',
          'user-agent': this.#options.userAgent,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(text === undefined ? {} : { 'content-type': contentType, 'content-length': text.length }),
        },
        ...(signal === undefined ? {} : { signal }),
      });
      sent.setTimeout(idleMs, () => sent.destroy(new Error(`the server sent nothing for ${idleMs} ms`)));
      sent.on('response', resolve);
      sent.on('error', (error: NodeJS.ErrnoException) =>
        reject(sent.reusedSocket && error.code === 'ECONNRESET' ? new StaleConnection(error.message, { cause: error }) : error),
      );
      sent.end(text);
    });
  }

  async #wholeOf(response: IncomingMessage): Promise<Uint8Array> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > this.#limits.answerBytes) throw new Error(`the answer has more than ${this.#limits.answerBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}

class StaleConnection extends Error {}

function readServer(server: string): URL {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url?.protocol !== 'https:') {
    throw new HookletError('badInput', `the API server "${server}" must be given as https://HOST:PORT`);
  }
  return url;
}

async function* eventsOf(response: IncomingMessage, signal: AbortSignal): AsyncGenerator<WatchEvent> {
  const frames = new WatchFrames();
  for await (const chunk of response as AsyncIterable<Buffer>) {
    for (const event of frames.push(chunk)) {
      if (signal.aborted) return;
      yield event;
    }
  }
}
