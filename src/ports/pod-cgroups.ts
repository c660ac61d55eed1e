import type { Pod } from '../model/pod.ts';

/**
 * One cgroup a Pod, in which the runtime makes those of its containers. Adapter: `host/cgroupfs-pod-cgroups.ts`; fake:
 * `fakes/memory-pod-cgroups.ts`. Errors are `runtimeFailed`.
 */
export interface PodCgroups {
  /**
   * Makes it, or finds it, and sets what the Pod's containers may use together. Idempotent; called before each sandbox of
   * the Pod, and never beside a sweep of leftovers: a cgroup without a sandbox is one.
   */
  setUp(pod: Pod): Promise<void>;
  /** Kills what still runs in it and removes it. Idempotent; called when the Pod's last sandbox has stopped. */
  tearDown(uid: string): Promise<void>;
}
