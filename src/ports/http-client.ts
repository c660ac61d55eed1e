import type { WireRequest } from '../core/http/http-request.ts';
import type { ResponseHead } from '../core/http/http-response.ts';

/** Where hooks and probes may go: everywhere, to the Pod itself only, or everywhere but to link-local and metadata addresses. */
export const HOOK_HOSTS = ['any', 'pod', 'deny-link-local'] as const;
export type HookHosts = (typeof HOOK_HOSTS)[number];
export const DEFAULT_HOOK_HOSTS: HookHosts = 'deny-link-local';

/** As error texts and Host lines have it. */
export const hostPort = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

export interface HttpTarget extends WireRequest {
  /** The Pod's own address; the only one allowed where hooks and probes may go to the Pod only. */
  readonly podAddress?: string;
}

/** The error texts are those of Go's client; nothing that the server sent is in them. */
export type HttpAnswer =
  | HttpResponse
  /** No response came. `cutOff`: the connection was there, and broke. */
  | { readonly kind: 'failed'; readonly error: string; readonly cutOff: boolean; readonly received: Buffer }
  /** The other side of a TLS connection speaks plain HTTP. */
  | { readonly kind: 'plainHttp'; readonly error: string };

export interface HttpResponse {
  readonly kind: 'response';
  readonly head: ResponseHead;
  /** Status line and headers as they came. */
  readonly received: Buffer;
  /**
   * Reads and drops the body, unless it is known to be longer than `maxBytes`; at most that much of it. Then closes the
   * connection. Resolves also when the body breaks off. Called once, or `read` is.
   */
  finish(maxBytes: number): Promise<void>;
  /** The body, at most its first `maxBytes`, however long it is. Then closes the connection. Called once, or `finish` is. */
  read(maxBytes: number): Promise<HttpBody>;
}

export interface HttpBody {
  readonly bytes: Buffer;
  /** The body broke off, or is none; in the words of Go. What lies beyond `maxBytes` is no error. */
  readonly error?: string;
}

/**
 * HTTP from the node, for hooks and probes. Adapter: `network/socket-http-client.ts`; fake: `fakes/scripted-http.ts`.
 *
 * A call sends one request on a connection of its own, once: no retry, no redirect, no proxy, no certificate check, no
 * timeout but that of name resolution. Each address is judged by the policy right before it is connected to.
 * Abort ends everything at once, also `finish` and `read`; the promise then rejects with the signal's reason.
 */
export interface HttpClient {
  send(target: HttpTarget, signal: AbortSignal): Promise<HttpAnswer>;
  /** The node's own address: a hostNetwork Pod is reached by it. */
  nodeAddress(): Promise<string>;
}
