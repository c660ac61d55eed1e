/**
 * A Kubernetes API server as the node sees it. Adapters: `apiserver/in-process-api.ts` for the embedded one,
 * `kubeapi/https-kube-api.ts` for that of a cluster.
 */
export interface KubeApi {
  /**
   * One request, one answer. Resolves for every answer the server gives, errors included (`status` ≥ 400 with a `Status`
   * object); rejects with `apiUnavailable` when there is none, and the request may or may not have been done; rejects with
   * the reason of `signal` when that was aborted.
   */
  request(request: KubeRequest): Promise<KubeAnswer>;
  /**
   * The events of a watch, from the resourceVersion in `query` on, until the server ends it, `signal` aborts, or the
   * connection breaks: then it ends without an error, and nothing was skipped up to there. Bookmarks are among the events.
   * A watch that the server refuses has one event: ERROR with its `Status`. `watch=true` need not be in `query`. Whoever
   * stops reading before the end must abort `signal` or return from the loop.
   */
  watch(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): AsyncIterable<WatchEvent>;
}

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** "/api/v1/namespaces/default/pods/web/status" */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default `application/json`; patches name theirs. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

export interface KubeAnswer {
  readonly status: number;
  /** Parsed JSON; a text where the answer was none, `undefined` where it was empty. */
  readonly body: unknown;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  /** Of an ERROR: a `Status`. */
  readonly object: unknown;
}

export const STRATEGIC_MERGE_PATCH = 'application/strategic-merge-patch+json';
