/**
 * The static Pods of this node: those that files ask for, given to the kubelet one of a name at a time.
 *
 * T1 A changed file is another Pod (its uid is made of its content). The one before it ends gracefully first, with its own
 *    grace; nothing of a name starts while another of that name is there, of an earlier agent too.
 * T2 An end that was begun goes on to its end, though a file asks for that very Pod again; then it starts anew.
 * T3 A Pod that has ended by itself is not started again before its file changes, or goes and comes back.
 */
import { foldRecords, type PodHistory } from '../core/pod/pod-history.ts';
import { type Pod, podKey } from '../model/pod.ts';
import type { PodStatus } from '../model/pod-status.ts';
import type { OpenPod } from '../ports/journal.ts';
import type { DesiredPod } from '../ports/pod-source.ts';
import { isStaticPod } from './static-pod.ts';
import type { OwnedPods } from './take-over.ts';

export interface StaticPodsParts {
  /** What was published of it: the mirror object's status. */
  readonly statusOf?: (pod: Pod) => PodStatus | undefined;
}

/** The reason of a Pod that was ended because the machine went down, or the agent was told to drain (`PodWorkers.drain`). */
const SHUTDOWN_REASON = 'Terminated';

export class StaticPods implements OwnedPods {
  readonly #parts: StaticPodsParts;
  /** By uid, as files ask for them. */
  #wanted: ReadonlyMap<string, Pod> = new Map();
  /** What the kubelet has. */
  readonly #given = new Map<string, DesiredPod>();
  /** Of an earlier agent, to be ended first: uid → name. */
  readonly #left = new Map<string, string>();
  /** Of those, the ones that go on if a file still asks for them. */
  readonly #resumable = new Set<string>();
  /** T3. */
  readonly #over = new Set<string>();
  readonly #listeners = new Set<(uid: string) => void>();

  constructor(parts: StaticPodsParts = {}) {
    this.#parts = parts;
  }

  /** What the journal has of earlier agents' Pods; call it before `want`. */
  adopt(open: readonly OpenPod[]): void {
    for (const { uid, records } of open) {
      const history = foldRecords(records);
      const { accepted } = history;
      if (accepted === undefined || !isStaticPod(accepted)) continue;
      this.#left.set(uid, podKey(accepted));
      if (!isToEnd(history)) this.#resumable.add(uid);
    }
  }

  /** All Pods that files ask for now. */
  want(pods: readonly Pod[]): void {
    this.#wanted = new Map(pods.map((pod) => [pod.metadata.uid, pod]));
    for (const uid of this.#over) if (!this.#wanted.has(uid)) this.#over.delete(uid);
    for (const [uid, { pod, deletion }] of this.#given) {
      if (deletion === undefined && !this.#wanted.has(uid)) this.end(pod, pod.spec.terminationGracePeriodSeconds);
    }
    for (const [uid, pod] of this.#wanted) {
      const known = this.#given.get(uid);
      // The same content under new rules of reading it, or in another file.
      if (known !== undefined && known.pod !== pod) this.#give({ ...known, pod });
    }
    this.#giveMore();
  }

  get(uid: string): DesiredPod | undefined {
    const known = this.#given.get(uid);
    const status = known === undefined ? undefined : this.#parts.statusOf?.(known.pod);
    return known === undefined || status === undefined ? known : { ...known, status };
  }

  list(): readonly DesiredPod[] {
    return [...this.#given.keys()].flatMap((uid) => this.get(uid) ?? []);
  }

  onChange(listener: (uid: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Graceful; a later call only shortens the grace. Seconds. */
  end(pod: Pod, graceSeconds: number): void {
    const known = this.#given.get(pod.metadata.uid) ?? { pod };
    this.#give({ ...known, deletion: { graceSeconds: Math.min(graceSeconds, known.deletion?.graceSeconds ?? graceSeconds) } });
  }

  removed(uid: string): void {
    const known = this.#given.get(uid);
    this.#left.delete(uid);
    if (known === undefined) return;
    this.#given.delete(uid);
    if (known.deletion === undefined) this.#over.add(uid);
    this.#tell(uid);
    this.#giveMore();
  }

  #giveMore(): void {
    for (const [uid, pod] of this.#wanted) {
      if (this.#given.has(uid) || this.#over.has(uid) || this.#isNameTaken(uid, podKey(pod))) continue;
      this.#left.delete(uid);
      this.#resumable.delete(uid);
      this.#give({ pod });
    }
  }

  /** T1. */
  #isNameTaken(uid: string, name: string): boolean {
    const isGiven = [...this.#given.values()].some(({ pod }) => podKey(pod) === name);
    const isLeft = [...this.#left].some(([left, itsName]) => itsName === name && !(left === uid && this.#resumable.has(uid)));
    return isGiven || isLeft;
  }

  #give(desired: DesiredPod): void {
    this.#given.set(desired.pod.metadata.uid, desired);
    this.#tell(desired.pod.metadata.uid);
  }

  #tell(uid: string): void {
    for (const listener of [...this.#listeners]) listener(uid);
  }
}

/** T2; and what only the shutdown ended is to run again now (`nodeshutdown_manager.go`: static Pods come back with the node). */
const isToEnd = ({ deleting, ending }: PodHistory): boolean => deleting !== undefined || ending?.reason === SHUTDOWN_REASON;
