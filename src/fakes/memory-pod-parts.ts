import { MemoryHostDns } from './memory-host-dns.ts';
import { MemoryPodCgroups } from './memory-pod-cgroups.ts';
import { MemoryPodObjects } from './memory-pod-objects.ts';
import { MemoryPodVolumes } from './memory-pod-volumes.ts';

/** What a kubelet keeps for Pods on its host, in memory: for tests that only need it to be there. */
export const memoryPodParts = () => ({
  volumes: new MemoryPodVolumes(),
  objects: new MemoryPodObjects(),
  podCgroups: new MemoryPodCgroups(),
  hostDns: new MemoryHostDns(),
});
