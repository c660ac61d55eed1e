import { podVolumesContract } from '../ports/pod-volumes.contract.ts';
import { MemoryPodVolumes } from './memory-pod-volumes.ts';

podVolumesContract('MemoryPodVolumes', () => {
  const volumes = new MemoryPodVolumes();
  return {
    volumes,
    hostDirectory: '/srv',
    holds: (uid) => volumes.uids.has(uid),
    setConfigMap: (exists) => {
      if (exists) volumes.missing.delete('demo');
      else volumes.missing.set('demo', 'configmap "c" not found');
    },
  };
});
