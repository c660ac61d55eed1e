import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Pod, Volume } from '../model/pod.ts';
import type { PodVolumes } from './pod-volumes.ts';

export interface PodVolumesSubject {
  readonly volumes: PodVolumes;
  /** A directory of the host that a hostPath volume may name. */
  readonly hostDirectory: string;
  /** Whether the volumes hold anything for that Pod. */
  holds(uid: string): boolean;
}

export function podWithVolumes(uid: string, volumes: readonly Volume[]): Pod {
  const spec = { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [], volumes } as const;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'demo', namespace: 'default', uid }, spec };
}

export function podVolumesContract(name: string, open: (t: TestContext) => PodVolumesSubject): void {
  describe(`${name} as PodVolumes`, () => {
    it('setUp() gives each volume a path of its own, a hostPath the one it names', async (t) => {
      const { volumes, hostDirectory } = open(t);
      const wanted: readonly Volume[] = [
        { name: 'a', emptyDir: {} },
        { name: 'b', emptyDir: {} },
        { name: 'host', hostPath: { path: hostDirectory } },
      ];
      const paths = await volumes.setUp(podWithVolumes('u1', wanted));
      const others = await volumes.setUp(podWithVolumes('u2', wanted));
      assert.deepEqual(Object.keys(paths).sort(), ['a', 'b', 'host']);
      assert.equal(paths['host'], hostDirectory);
      assert.equal(new Set([paths['a'], paths['b'], others['a'], others['b'], hostDirectory]).size, 5);
    });

    it('setUp() is idempotent, and of a Pod without volumes no error', async (t) => {
      const { volumes } = open(t);
      const pod = podWithVolumes('u1', [{ name: 'a', emptyDir: {} }]);
      assert.deepEqual(await volumes.setUp(pod), await volumes.setUp(pod));
      assert.deepEqual(await volumes.setUp(podWithVolumes('u2', [])), {});
    });

    it('tearDown() removes what one Pod has, and nothing of another; it is idempotent', async (t) => {
      const { volumes, holds } = open(t);
      for (const uid of ['u1', 'u2']) await volumes.setUp(podWithVolumes(uid, [{ name: 'a', emptyDir: {} }]));
      assert.deepEqual([holds('u1'), holds('u2')], [true, true]);
      for (const uid of ['u1', 'u1', 'never-there']) await volumes.tearDown(uid);
      assert.deepEqual([holds('u1'), holds('u2')], [false, true]);
    });
  });
}
