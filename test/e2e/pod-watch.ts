/** What the API tells a watcher of the Pods of one namespace, from the first one on, and waiting for what it should tell. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiPod } from '../../src/model/api-objects.ts';
import type { PodStatus } from '../../src/model/pod-status.ts';
import type { KubeApi } from '../../src/ports/kube-api.ts';

/** Far above what any step of any test takes. */
const PATIENCE_MS = 60_000;

export interface WatchedPod extends Omit<ApiPod, 'metadata' | 'status'> {
  readonly metadata: ApiPod['metadata'] & {
    readonly uid: string;
    readonly name: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
  };
  readonly status: PodStatus & { readonly observedGeneration?: number };
}

export interface PodChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly pod: WatchedPod;
}

export class PodWatch {
  readonly changes: PodChange[] = [];
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #ended: string | undefined;
  #news = Promise.withResolvers<void>();

  constructor(api: KubeApi, namespace: string) {
    this.#running = this.#run(api, `/api/v1/namespaces/${namespace}/pods`);
  }

  /** Of one Pod, oldest first. */
  of(name: string): readonly PodChange[] {
    return this.changes.filter(({ pod }) => pod.metadata.name === name);
  }

  /** What was told last of this Pod. */
  last(name: string): WatchedPod | undefined {
    return this.of(name).at(-1)?.pod;
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    const late = AbortSignal.timeout(PATIENCE_MS);
    late.addEventListener('abort', () => this.#tell());
    while (!holds()) {
      if (late.aborted || this.#ended !== undefined) {
        const known = [
          ...new Map(this.changes.map(({ type, pod }) => [pod.metadata.name, `${type} ${pod.metadata.name} ${statusText(pod)}`])).values(),
        ];
        throw new Error(`not seen: ${what}; ${this.#ended ?? `within ${PATIENCE_MS} ms`}\n${known.join('\n')}`);
      }
      await this.#news.promise;
    }
  }

  /** Resolves with the next news, or after a moment: for what the watch itself does not show. */
  async next(): Promise<void> {
    if (this.#ended !== undefined) throw new Error(this.#ended);
    await Promise.race([this.#news.promise, delay(100)]);
  }

  /** Resolves with the Pod as it is then. */
  async untilPod(name: string, what: string, holds: (pod: WatchedPod) => boolean): Promise<WatchedPod> {
    const fits = (): WatchedPod | undefined => this.of(name).find(({ pod }) => holds(pod))?.pod;
    await this.until(`${name}: ${what}`, () => fits() !== undefined);
    return fits() as WatchedPod;
  }

  untilReady(name: string): Promise<WatchedPod> {
    return this.untilPod(name, 'it is Ready', isReady);
  }

  untilGone(name: string): Promise<void> {
    return this.until(`${name} is gone`, () => this.of(name).at(-1)?.type === 'DELETED');
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** To everybody who waits. */
  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers<void>();
  }

  async #run(api: KubeApi, path: string): Promise<void> {
    try {
      for await (const { type, object } of api.watch(path, {}, this.#stop.signal)) {
        if (type === 'ERROR') throw new Error(`the watch ended with ${JSON.stringify(object)}`);
        if (type !== 'BOOKMARK') this.changes.push({ type, pod: object as WatchedPod });
        this.#tell();
      }
      this.#ended = 'the watch ended';
    } catch (error) {
      this.#ended = String(error);
    }
    this.#tell();
  }
}

export const isReady = ({ status }: WatchedPod): boolean =>
  status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;

const statusText = ({ metadata, status }: WatchedPod): string =>
  JSON.stringify({ generation: metadata.generation, ...status }).slice(0, 1500);
