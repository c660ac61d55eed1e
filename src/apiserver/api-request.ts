import type { IncomingHttpHeaders } from 'node:http';

/** A request as the listener hands it on; tests make them by hand. */
export interface ApiRequest {
  readonly method: string;
  /** Undecoded, without the query: "/api/v1/pods". */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Reads the whole body once; throws a StatusError 413 when it is longer than `limit` bytes. */
  readBody(limit: number): Promise<Uint8Array>;
  /** Aborted when the client is gone or the server closes. */
  readonly signal: AbortSignal;
  readonly certificate?: Uint8Array;
  readonly remoteAddress?: string;
}

/** The answer. `body` is pulled as fast as the client takes it; a stream is ended by the request's signal too. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
  /** Each part goes out at once and is never held back for compression: a watch. */
  readonly live?: boolean;
  /** Aborted when the client is given up: the connection is cut, whatever it has not read. */
  readonly lost?: AbortSignal;
}
