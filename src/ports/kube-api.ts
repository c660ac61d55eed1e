/** A Kubernetes API server as the node sees it: the embedded one in this process, or that of a cluster over HTTPS. */
export interface KubeApi {
  /**
   * One request, one answer. Resolves for every answer the server gives, errors included (`status` ≥ 400 with a `Status`
   * object); rejects with `apiUnavailable` when there is none, and the request may or may not have been done.
   */
  request(request: KubeRequest): Promise<KubeAnswer>;
  /**
   * The events of a watch, from the resourceVersion in `query` on, until the server ends it, `signal` aborts, or the
   * connection breaks (then it ends without an error: list again). Bookmarks are among them.
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
  readonly body: unknown;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}
