/** The life of a Pod by hooklet's whole kubelet, in this process, seen through its journal and its calls. */

import { startKubelet } from '../src/compose/start-kubelet.ts';
import type { PodRecord } from '../src/core/journal-record.ts';
import { LocalPodSource } from '../src/kubelet/local-pod-source.ts';
import type { Pod } from '../src/model/pod.ts';
import { type BenchNode, within } from './bench-node.ts';
import { servingPod } from './bench-pods.ts';
import { CallLog, timedRuntime } from './timed-runtime.ts';

/** A record, and when it was known to be durable (`performance.now()`). */
export interface SeenRecord {
  readonly record: PodRecord;
  readonly atMs: number;
}

type Fits = (record: PodRecord) => boolean;

export class KubeletPods {
  readonly calls = new CallLog();
  readonly #bench: BenchNode;
  readonly #source = new LocalPodSource();
  readonly #seen = new Map<string, SeenRecord[]>();
  readonly #waiting = new Set<() => void>();
  readonly #warnings: string[] = [];
  // biome-ignore lint/style/useReadonlyClassProperties: it is set by start(), once there is something to leave
  #leave: () => Promise<void> = async () => {};

  private constructor(bench: BenchNode) {
    this.#bench = bench;
  }

  static async start(bench: BenchNode): Promise<KubeletPods> {
    const pods = new KubeletPods(bench);
    const { node } = bench;
    const stopListening = node.journal.onRecord(({ record }) => pods.#take(record as PodRecord));
    const logger = { info: () => {}, warn: (message: string, fields = {}) => pods.#warnings.push(`${message} ${JSON.stringify(fields)}`) };
    const { workers } = await startKubelet({ ...node, runtime: timedRuntime(node.runtime, pods.calls) }, [], pods.#source, { logger });
    pods.#leave = async () => {
      await workers.leave();
      stopListening();
    };
    await pods.#warmUp();
    return pods;
  }

  /** What the kubelet complained of: a run in which a step failed measures the wrong thing. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** Returns the moment. */
  put(pod: Pod): number {
    this.#seen.set(pod.metadata.uid, []);
    const atMs = performance.now();
    this.#source.put(pod);
    return atMs;
  }

  /** With seconds of grace a second call shortens it. */
  delete(pod: Pod, graceSeconds?: number): number {
    const atMs = performance.now();
    this.#source.delete(pod.metadata.uid, graceSeconds);
    return atMs;
  }

  until(pod: Pod, type: PodRecord['type'], fits: Fits = () => true): Promise<SeenRecord> {
    const { uid, name } = pod.metadata;
    const find = (): SeenRecord | undefined => this.#seen.get(uid)?.find(({ record }) => record.type === type && fits(record));
    const found = Promise.withResolvers<SeenRecord>();
    const look = (): void => {
      const seen = find();
      if (seen === undefined) return;
      this.#waiting.delete(look);
      found.resolve(seen);
    };
    this.#waiting.add(look);
    look();
    return within(found.promise, this.#bench.signal, `${type} of ${name}`);
  }

  recordsOf(pod: Pod): readonly SeenRecord[] {
    return this.#seen.get(pod.metadata.uid) ?? [];
  }

  /** Deletes what an interrupted measurement left, waits until it is gone, and ends the workers. */
  async close(): Promise<void> {
    for (const { pod } of this.#source.list()) this.#source.delete(pod.metadata.uid, 1);
    while (this.#source.list().length > 0) await new Promise<void>((resolve) => setTimeout(resolve, 50));
    await this.#leave();
  }

  /**
   * The kubelet begins with a sweep of leftovers, which takes a sandbox in the making by somebody else for one. Its own
   * Pods wait for the sweep; once the first has lived, bare calls are safe.
   */
  async #warmUp(): Promise<void> {
    const pod = servingPod('warm-up');
    this.put(pod);
    await this.until(pod, 'container.ready');
    await this.#bench.untilServing(pod.metadata.uid, 0);
    this.delete(pod);
    await this.until(pod, 'pod.removed');
  }

  #take(record: PodRecord): void {
    const atMs = performance.now();
    this.#seen.get(record.uid)?.push({ record, atMs });
    for (const look of [...this.#waiting]) look();
  }
}
