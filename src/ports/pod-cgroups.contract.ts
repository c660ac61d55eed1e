import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Container, Pod } from '../model/pod.ts';
import { hasCode } from './hooklet-error.ts';
import type { PodCgroups } from './pod-cgroups.ts';

export interface PodCgroupsSubject {
  readonly cgroups: PodCgroups;
  /** The cgroups there are, relative to the parent of all, those of the classes left out: `burstable/podu1`. */
  list(): Promise<readonly string[]>;
}

const asking = { requests: { cpu: '100m' } };
const full = { limits: { cpu: '100m', memory: '32Mi' }, requests: { cpu: '100m', memory: '32Mi' } };

export function podWithResources(uid: string, resources?: Container['resources']): Pod {
  const container: Container = { name: 'main', image: 'i', imagePullPolicy: 'Never', ...(resources === undefined ? {} : { resources }) };
  const spec = { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [container] } as const;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'demo', namespace: 'default', uid }, spec };
}

export function podCgroupsContract(name: string, open: (t: TestContext) => PodCgroupsSubject): void {
  describe(`${name} as PodCgroups`, () => {
    it('setUp() makes a cgroup below the class of the Pod, a Guaranteed one below none; it is idempotent', async (t) => {
      const { cgroups, list } = open(t);
      for (let round = 0; round < 2; round++) {
        await cgroups.setUp(podWithResources('best'));
        await cgroups.setUp(podWithResources('burst', asking));
        await cgroups.setUp(podWithResources('full', full));
      }
      assert.deepEqual([...(await list())].sort(), ['besteffort/podbest', 'burstable/podburst', 'podfull']);
    });

    it('setUp() of many Pods at once makes them all', async (t) => {
      const { cgroups, list } = open(t);
      const uids = Array.from({ length: 20 }, (_, index) => `u${index}`);
      await Promise.all(uids.map((uid) => cgroups.setUp(podWithResources(uid, asking))));
      assert.deepEqual([...(await list())].sort(), uids.map((uid) => `burstable/pod${uid}`).sort());
    });

    it('tearDown() removes the cgroup of one Pod and of no other; it is idempotent, and no error for what was never there', async (t) => {
      const { cgroups, list } = open(t);
      for (const uid of ['u1', 'u2', 'u11']) await cgroups.setUp(podWithResources(uid));
      for (const uid of ['u1', 'u1', 'never-there']) await cgroups.tearDown(uid);
      assert.deepEqual([...(await list())].sort(), ['besteffort/podu11', 'besteffort/podu2']);
    });

    it('tearDown() of the last Pod and setUp() of the next one at once leave the next one’s', async (t) => {
      const { cgroups, list } = open(t);
      await cgroups.setUp(podWithResources('old'));
      await Promise.all([cgroups.tearDown('old'), cgroups.setUp(podWithResources('new'))]);
      assert.deepEqual(await list(), ['besteffort/podnew']);
    });

    it('setUp() and tearDown() refuse a uid that is a path', async (t) => {
      const { cgroups, list } = open(t);
      const refused = (error: unknown): boolean => hasCode(error, 'runtimeFailed');
      await assert.rejects(cgroups.setUp(podWithResources('../../x')), refused);
      await assert.rejects(cgroups.tearDown('../../x'), refused);
      assert.deepEqual(await list(), []);
    });
  });
}
