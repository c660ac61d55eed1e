import { podCgroupsContract } from '../ports/pod-cgroups.contract.ts';
import { MemoryPodCgroups } from './memory-pod-cgroups.ts';

podCgroupsContract('MemoryPodCgroups', () => {
  const cgroups = new MemoryPodCgroups();
  return { cgroups, list: async () => [...cgroups.names.values()] };
});
