import { podUid } from '../model/name-rules.ts';
import type { Pod } from '../model/pod.ts';
import { podCgroupName } from '../model/pod-cgroup.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import type { PodCgroups } from '../ports/pod-cgroups.ts';

/** Remembers whose there are. */
export class MemoryPodCgroups implements PodCgroups {
  /** By the Pod's uid: the name below the parent of all. */
  readonly names = new Map<string, string>();
  /** While it is set nothing can be made, and this is why. */
  refusal: string | undefined;

  async setUp({ spec, metadata: { uid } }: Pod): Promise<void> {
    refusePath(uid);
    if (this.refusal !== undefined) throw new HookletError('runtimeFailed', this.refusal);
    this.names.set(uid, podCgroupName(spec, uid));
  }

  async tearDown(uid: string): Promise<void> {
    refusePath(uid);
    this.names.delete(uid);
  }
}

function refusePath(uid: string): void {
  if (podUid(uid) !== undefined) throw new HookletError('runtimeFailed', `Pod uid ${JSON.stringify(uid)} cannot name a cgroup`);
}
