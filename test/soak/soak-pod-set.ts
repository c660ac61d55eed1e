/** The Pods of a soak as its driver knows them: who lives, how far each is, and what was recorded of those that are gone. */
import type { JournalRecord, PodRecord } from '../../src/core/journal-record.ts';
import type { SoakPod } from './soak-pods.ts';

export interface LivingPod {
  readonly uid: string;
  readonly name: string;
  readonly made: SoakPod;
  readonly createdAt: number;
  readonly records: PodRecord[];
  /** Container ids of what runs now. */
  readonly running: Map<string, string>;
  /** Main was ready at some time. */
  wasReady: boolean;
  hasEnded: boolean;
  deletedAt?: number;
  graceSeconds?: number;
}

export class SoakPodSet {
  readonly #living = new Map<string, LivingPod>();
  /** Records that come before the answer that tells the Pod's uid. */
  readonly #early = new Map<string, PodRecord[]>();
  readonly #earlyGone = new Set<string>();
  readonly #onGone: (pod: LivingPod) => void;

  constructor(onGone: (pod: LivingPod) => void) {
    this.#onGone = onGone;
  }

  get living(): readonly LivingPod[] {
    return [...this.#living.values()];
  }

  get size(): number {
    return this.#living.size;
  }

  add(uid: string, name: string, made: SoakPod): void {
    const pod: LivingPod = { uid, name, made, createdAt: Date.now(), records: [], running: new Map(), wasReady: false, hasEnded: false };
    this.#living.set(uid, pod);
    for (const record of this.#early.get(uid) ?? []) this.#see(pod, record);
    this.#early.delete(uid);
    if (this.#earlyGone.delete(uid)) this.gone(uid);
  }

  record(record: JournalRecord): void {
    if (record.uid === undefined || record.type === 'agent.recovered' || record.type === 'agent.started') return;
    const pod = this.#living.get(record.uid);
    if (pod !== undefined) this.#see(pod, record);
    else this.#early.set(record.uid, [...(this.#early.get(record.uid) ?? []), record]);
  }

  gone(uid: string): void {
    const pod = this.#living.get(uid);
    if (pod === undefined) return void this.#earlyGone.add(uid);
    this.#living.delete(uid);
    this.#onGone(pod);
  }

  #see(pod: LivingPod, record: PodRecord): void {
    pod.records.push(record);
    if (record.type === 'container.started') pod.running.set(record.container, record.containerId);
    if (record.type === 'container.exited') pod.running.delete(record.container);
    if (record.type === 'container.ready' && record.container === 'main') pod.wasReady = true;
    if (record.type === 'pod.ended' || record.type === 'pod.rejected') pod.hasEnded = true;
  }
}

export const isStarting = ({ wasReady, made, createdAt, deletedAt }: LivingPod): boolean =>
  deletedAt === undefined && !wasReady && (made.becomesReady || Date.now() - createdAt < 5_000);
