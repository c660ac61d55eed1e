/** An API with the accidents of a network between it and its client. */
import { HookletError } from '../../src/ports/hooklet-error.ts';
import type { KubeAnswer, KubeApi, KubeRequest, WatchEvent } from '../../src/ports/kube-api.ts';

/** `undone`: the request never arrived. `lost`: it was done, and its answer never came. */
export type Fate = 'fine' | 'undone' | 'lost' | KubeAnswer;

export class FaultyApi implements KubeApi {
  readonly #api: KubeApi;
  readonly #watches = new Set<AbortController>();
  readonly requests: KubeRequest[] = [];
  /** While it is down nothing arrives, and watches end. */
  isDown = false;
  /** What becomes of a request. */
  fateOf: (request: KubeRequest) => Fate = () => 'fine';

  constructor(api: KubeApi) {
    this.#api = api;
  }

  get watches(): number {
    return this.#watches.size;
  }

  /** The connections of all watches break. */
  breakWatches(): void {
    for (const watch of this.#watches) watch.abort();
  }

  setDown(isDown: boolean): void {
    this.isDown = isDown;
    if (isDown) this.breakWatches();
  }

  /** "PATCH /api/v1/namespaces/default/pods/web/status", without those that only read. */
  get writes(): readonly string[] {
    return this.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
  }

  async request(request: KubeRequest): Promise<KubeAnswer> {
    this.requests.push(request);
    const fate = this.isDown ? 'undone' : this.fateOf(request);
    if (typeof fate === 'object') return fate;
    if (fate === 'undone') throw unavailable();
    const answer = await this.#api.request(request);
    if (fate === 'lost' || this.isDown) throw unavailable();
    return answer;
  }

  async *watch(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    if (this.isDown) return;
    const broken = new AbortController();
    this.#watches.add(broken);
    try {
      for await (const event of this.#api.watch(path, query, AbortSignal.any([signal, broken.signal]))) {
        if (broken.signal.aborted) return;
        yield event;
      }
    } finally {
      this.#watches.delete(broken);
    }
  }
}

const unavailable = (): HookletError => new HookletError('apiUnavailable', 'the API does not answer', { retry: 'later' });

export const status = (code: number, reason: string, message = ''): KubeAnswer => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, message, code },
});
