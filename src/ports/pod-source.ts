import type { Pod } from '../model/pod.ts';
import type { PodStatus } from '../model/pod-status.ts';

/** What somebody wants: this Pod, and whether it shall go. */
export interface DesiredPod {
  readonly pod: Pod;
  /** Set once a delete was asked for; only ever gets shorter. Seconds. */
  readonly deletion?: { readonly graceSeconds: number };
  /** As the owner has it: conditions that others write, and what an earlier agent published. */
  readonly status?: PodStatus;
}

/**
 * The Pods of this node as their owner wants them: `run`'s own files now, the API later. Level-triggered: listeners
 * are told *which* Pod changed and read it again.
 */
export interface PodSource {
  get(uid: string): DesiredPod | undefined;
  list(): readonly DesiredPod[];
  onChange(listener: (uid: string) => void): () => void;
  /** The kubelet has ended and removed everything of this Pod. */
  removed(uid: string): void;
}
