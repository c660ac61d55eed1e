/** The Pods of one command (`hooklet run`): put and deleted by it, kept in memory. What was accepted lives in the journal. */
import type { Pod } from '../model/pod.ts';
import type { DesiredPod, PodSource } from '../ports/pod-source.ts';

export class LocalPodSource implements PodSource {
  readonly #pods = new Map<string, DesiredPod>();
  readonly #listeners = new Set<(uid: string) => void>();

  /** A Pod that was asked to go stays so. */
  put(pod: Pod): void {
    const { deletion } = this.#pods.get(pod.metadata.uid) ?? {};
    this.#pods.set(pod.metadata.uid, deletion === undefined ? { pod } : { pod, deletion });
    this.#tell(pod.metadata.uid);
  }

  /** Asks for a graceful end; a second call can only shorten the grace. Seconds; without it, the Pod's own grace. */
  delete(uid: string, graceSeconds?: number): void {
    const desired = this.#pods.get(uid);
    if (desired === undefined) return;
    const wanted = graceSeconds ?? desired.pod.spec.terminationGracePeriodSeconds;
    this.#pods.set(uid, { pod: desired.pod, deletion: { graceSeconds: Math.min(wanted, desired.deletion?.graceSeconds ?? wanted) } });
    this.#tell(uid);
  }

  get(uid: string): DesiredPod | undefined {
    return this.#pods.get(uid);
  }

  list(): readonly DesiredPod[] {
    return [...this.#pods.values()];
  }

  onChange(listener: (uid: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  removed(uid: string): void {
    this.#pods.delete(uid);
    this.#tell(uid);
  }

  #tell(uid: string): void {
    for (const listener of this.#listeners) listener(uid);
  }
}
