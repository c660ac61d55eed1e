import type { Pod } from '../model/pod.ts';
import type { PodVolumes } from '../ports/pod-volumes.ts';

/** Volumes by name only; remembers whose are set up. */
export class MemoryPodVolumes implements PodVolumes {
  readonly uids = new Set<string>();

  async setUp(pod: Pod): Promise<Readonly<Record<string, string>>> {
    this.uids.add(pod.metadata.uid);
    return Object.fromEntries(
      (pod.spec.volumes ?? []).map(({ name, hostPath }) => [name, hostPath?.path ?? `/pods/${pod.metadata.uid}/${name}`]),
    );
  }

  async tearDown(uid: string): Promise<void> {
    this.uids.delete(uid);
  }
}
