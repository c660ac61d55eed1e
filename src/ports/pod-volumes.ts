import type { Pod } from '../model/pod.ts';

/** The Pod's volumes on this host. Implementation: `volumes/host-pod-volumes.ts`; fake: `fakes/memory-pod-volumes.ts`. */
export interface PodVolumes {
  /**
   * Makes what the Pod's volumes and logs need; idempotent. Resolves with the host path of each volume by its name.
   * Rejects with `runtimeFailed` when one cannot be had (the message names it).
   */
  setUp(pod: Pod): Promise<Readonly<Record<string, string>>>;
  /** Removes what `setUp` made and what containers wrote there; never what a hostPath points to. Idempotent. */
  tearDown(uid: string): Promise<void>;
}
