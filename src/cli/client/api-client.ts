import type { Duplex } from 'node:stream';
import type { KubeAnswer, KubeRequest, WatchEvent } from '../../ports/kube-api.ts';

/** What the built-in client asks of an API server. Adapter: `https-api-client.ts`. */
export interface ApiClient {
  /** "127.0.0.1:6443": for messages. */
  readonly address: string;
  /** Of the kubeconfig's context; "default" when it names none. */
  readonly namespace: string;
  /** One answer of the server, errors included (`status` ≥ 400 with a `Status`). Throws `apiUnavailable` without one. */
  request(request: ApiRequest): Promise<KubeAnswer>;
  /**
   * The events of a watch until the server ends it, the connection breaks or `signal` aborts: none of these is an error.
   * Throws what `request` throws, and the server's refusal of the watch (`refusal()`).
   */
  watch(request: StreamRequest): AsyncIterable<WatchEvent>;
  /** The bytes of an answer as they come; throws as `watch` does, and `apiUnavailable` when the connection breaks. */
  stream(request: StreamRequest): AsyncIterable<Uint8Array>;
  /**
   * Turns a request into a connection that speaks SPDY/3.1, with the first of `protocols` that the server knows on top. `path`
   * carries its query. Throws as `stream` does. `close` does not end it; its user does, and has an error handler on it.
   */
  upgrade(request: { readonly path: string; readonly protocols: readonly string[] }): Promise<UpgradedSocket>;
  /** Ends every connection; what is under way fails. */
  close(): void;
}

export interface ApiRequest extends KubeRequest {
  /** Default `application/json`. */
  readonly accept?: string;
}

export type StreamRequest = Pick<ApiRequest, 'path' | 'query' | 'accept' | 'signal'>;

export interface UpgradedSocket {
  readonly socket: Duplex;
  /** Bytes that came with the handshake. */
  readonly head: Buffer;
}
