import { podSourceContract } from '../ports/pod-source.contract.ts';
import { LocalPodSource } from './local-pod-source.ts';

podSourceContract('LocalPodSource', () => {
  const source = new LocalPodSource();
  return { source, put: (pod) => source.put(pod), delete: (uid, graceSeconds) => source.delete(uid, graceSeconds) };
});
