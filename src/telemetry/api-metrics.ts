import { Counter } from './counter.ts';
import { gauge } from './gauge.ts';
import type { Metric } from './metric.ts';

/** What is looked up in the served API. */
export interface ServedApi {
  readonly watchers: () => number;
  /** As the store names them: "pods". */
  readonly resources: readonly string[];
  readonly count: (resource: string) => number;
  readonly resourceVersion: () => number;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export class ApiMetrics {
  readonly #requests = new Counter('hooklet_api_requests_total', 'Requests from outside that the API answered.');

  /** A watch is told once it was answered, which is when it begins. */
  answered({ method, query }: { readonly method: string; readonly query: URLSearchParams }, code: number): void {
    const isWatch = method === 'GET' && ['true', '1'].includes(query.get('watch') ?? '');
    // A client can send any word as its method.
    this.#requests.add({ verb: isWatch ? 'WATCH' : METHODS.has(method) ? method : 'other', code });
  }

  metrics(api: ServedApi): readonly Metric[] {
    return [
      this.#requests,
      gauge('hooklet_api_watchers', 'Watches that are open, those of this process too.', () => api.watchers()),
      gauge('hooklet_store_objects', 'Objects of the API by resource.', () =>
        api.resources.map((resource) => ({ labels: { resource }, value: api.count(resource) })),
      ),
      gauge('hooklet_store_resource_version', 'The number of the newest change of an object.', () => api.resourceVersion()),
    ];
  }
}
