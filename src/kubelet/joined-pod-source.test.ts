import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod } from '../model/pod.ts';
import { podSourceContract } from '../ports/pod-source.contract.ts';
import { JoinedPodSource } from './joined-pod-source.ts';
import { isStaticPod } from './static-pod.ts';
import { StaticPods } from './static-pods.ts';

const podOf = (uid: string, source: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: uid, namespace: 'default', uid, annotations: { 'kubernetes.io/config.source': source } },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [] },
});

podSourceContract('JoinedPodSource', () => {
  const [first, second] = [new StaticPods(), new StaticPods()];
  const source = new JoinedPodSource({ source: first, owns: () => false }, { source: second, owns: () => true });
  const wanted = new Map<string, Pod>();
  // Each second Pod is the first source's.
  const want = (): void => {
    first.want([...wanted.values()].filter(({ metadata }) => metadata.uid === 'uid-a'));
    second.want([...wanted.values()].filter(({ metadata }) => metadata.uid !== 'uid-a'));
  };
  return {
    source,
    put: (pod) => {
      wanted.set(pod.metadata.uid, pod);
      want();
    },
    delete: (uid, graceSeconds) => {
      const pod = source.get(uid)?.pod;
      const its = uid === 'uid-a' ? first : second;
      if (pod !== undefined) its.end(pod, graceSeconds ?? pod.spec.terminationGracePeriodSeconds);
      wanted.delete(uid);
      want();
    },
  };
});

describe('JoinedPodSource', () => {
  it('end() goes to the source that owns the Pod, and else to the last', () => {
    const [files, api] = [new StaticPods(), new StaticPods()];
    const joined = new JoinedPodSource({ source: files, owns: isStaticPod }, { source: api, owns: () => false });
    joined.end(podOf('a', 'file'), 5);
    joined.end(podOf('b', 'api'), 6);
    assert.deepEqual([files.list().length, files.get('a')?.deletion], [1, { graceSeconds: 5 }]);
    assert.deepEqual([api.list().length, api.get('b')?.deletion], [1, { graceSeconds: 6 }]);
  });

  it('onChange() hears of every source until it is told to stop', () => {
    const [files, api] = [new StaticPods(), new StaticPods()];
    const joined = new JoinedPodSource({ source: files, owns: isStaticPod }, { source: api, owns: () => false });
    const told: string[] = [];
    const stop = joined.onChange((uid) => told.push(uid));
    files.want([podOf('a', 'file')]);
    api.want([podOf('b', 'api')]);
    stop();
    files.want([]);
    assert.deepEqual(told, ['a', 'b']);
  });
});
