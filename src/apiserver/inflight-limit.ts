/** How much is done at once: a client that floods gets 429, watches do not count (`apiserver/pkg/server/filters/maxinflight.go`). */
import type { ApiRequest } from './api-request.ts';
import { isTrue } from './request-info.ts';

const MAX_READS = 400;
const MAX_WRITES = 200;
/** Long-running requests: each holds a connection and, if it is slow, up to 8 MiB. */
const MAX_LONG = 1000;

export type RequestKind = 'read' | 'write' | 'long';

const LIMITS: Readonly<Record<RequestKind, number>> = { read: MAX_READS, write: MAX_WRITES, long: MAX_LONG };

export class InflightLimit {
  readonly #limits: Readonly<Record<RequestKind, number>>;
  readonly #now: Record<RequestKind, number> = { read: 0, write: 0, long: 0 };

  constructor(limits = LIMITS) {
    this.#limits = limits;
  }

  /** The way out, or `undefined` when there is no room. */
  enter(request: Pick<ApiRequest, 'method' | 'path' | 'query'>): (() => void) | undefined {
    const kind = requestKind(request);
    if (this.#now[kind] >= this.#limits[kind]) return undefined;
    this.#now[kind] += 1;
    return () => {
      this.#now[kind] -= 1;
    };
  }
}

const LONG_PATH = /\/(?:log|exec|attach|portforward|proxy)(?:\/|$)/;

export function requestKind({ method, path, query }: Pick<ApiRequest, 'method' | 'path' | 'query'>): RequestKind {
  if (isTrue(query.get('watch')) || LONG_PATH.test(path)) return 'long';
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write';
}
