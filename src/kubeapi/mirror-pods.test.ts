import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Json } from '../../test/apiserver/test-api.ts';
import { NODE, openApiStage, PODS, podObject } from '../../test/scenarios/api-stage.ts';
import { readStaticPod } from '../kubelet/static-pod-manifest.ts';
import { StaticPods } from '../kubelet/static-pods.ts';
import type { Pod } from '../model/pod.ts';
import type { PodStatus } from '../model/pod-status.ts';
import { MirrorPods } from './mirror-pods.ts';

const RUNNING: PodStatus = { phase: 'Running', conditions: [], podIP: '192.0.2.7' };

function staticPod(image: string): Pod {
  const manifest = podObject('web', { containers: [{ name: 'main', image }] }, { labels: { app: 'web' } });
  return (
    readStaticPod({ path: 'web.yaml', name: 'web.yaml', content: Buffer.from(JSON.stringify(manifest)) }, NODE).pod ?? assert.fail('no Pod')
  );
}

async function openStage(t: TestContext) {
  const stage = await openApiStage(t);
  const { server } = stage;
  const node = await server.must('POST /api/v1/nodes', { body: { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE } } });
  const open = async (pods: StaticPods): Promise<MirrorPods> => {
    const mirrors = new MirrorPods({ ...stage.ground, nodeName: NODE, pods });
    t.after(() => mirrors.stop());
    mirrors.watch();
    await mirrors.synced;
    mirrors.start();
    await server.clock.settle();
    return mirrors;
  };
  const pods = new StaticPods();
  const mirrors = await open(pods);
  return {
    ...stage,
    node,
    pods,
    mirrors,
    open,
    want: async (...wanted: readonly Pod[]) => {
      pods.want(wanted);
      await server.clock.settle();
    },
    removed: async (pod: Pod) => {
      pods.removed(pod.metadata.uid);
      await server.clock.settle();
    },
    tell: async (pod: Pod, status: PodStatus) => {
      mirrors.status(pod.metadata.uid, status);
      await server.clock.settle();
    },
    mirror: (): Promise<Json> => stage.pod('web-node'),
    delete: async (query = '') => {
      await server.must(`DELETE ${PODS}/web-node${query}`);
      await server.clock.settle();
    },
  };
}

describe('MirrorPods', () => {
  it('makes an object of a static Pod, as the kubelet does', async (t) => {
    const { want, mirror, node, mirrors } = await openStage(t);
    const pod = staticPod('a:1');
    await want(pod);
    const { metadata, spec } = await mirror();
    const { uid } = pod.metadata;
    assert.deepEqual(metadata.annotations, {
      'kubernetes.io/config.source': 'file',
      'kubernetes.io/config.hash': uid,
      'kubernetes.io/config.mirror': uid,
      'hooklet.dev/manifest': 'web.yaml',
    });
    assert.deepEqual(metadata.labels, { app: 'web' });
    assert.deepEqual(metadata.ownerReferences, [{ apiVersion: 'v1', kind: 'Node', name: NODE, uid: node.metadata.uid, controller: true }]);
    assert.notEqual(metadata.uid, uid);
    assert.deepEqual([spec.nodeName, spec.containers[0].image, spec.serviceAccountName], [NODE, 'a:1', undefined]);
    assert.deepEqual([mirrors.shownBy(metadata.uid), mirrors.shownBy(uid)], [uid, undefined]);
  });

  it('shows the status of its Pod, told before the object was made or after', async (t) => {
    const { want, tell, mirror, mirrors, server, pods } = await openStage(t);
    const pod = staticPod('a:1');
    pods.want([pod]);
    mirrors.status(pod.metadata.uid, { phase: 'Pending', conditions: [], podIP: '192.0.2.1' });
    await server.clock.settle();
    assert.equal((await mirror()).status.podIP, '192.0.2.1');
    await tell(pod, RUNNING);
    assert.deepEqual([(await mirror()).status.phase, (await mirror()).status.podIP], ['Running', '192.0.2.7']);
    assert.equal(mirrors.statusOf(pod)?.phase, 'Running');
    await want(pod);
    assert.equal((await mirror()).status.phase, 'Running');
  });

  for (const query of ['', '?gracePeriodSeconds=0'])
    it(`comes back with its status when it is deleted${query}; the static Pod does not notice`, async (t) => {
      const stage = await openStage(t);
      const pod = staticPod('a:1');
      await stage.want(pod);
      await stage.tell(pod, RUNNING);
      const before = await stage.mirror();
      const told: string[] = [];
      stage.pods.onChange((uid) => told.push(uid));
      await stage.delete(query);
      const now = await stage.mirror();
      assert.notEqual(now.metadata.uid, before.metadata.uid);
      assert.deepEqual([now.metadata.deletionTimestamp, now.status.phase], [undefined, 'Running']);
      assert.deepEqual([told, stage.pods.get(pod.metadata.uid)?.deletion], [[], undefined]);
    });

  it('stays while its Pod ends, and goes with it', async (t) => {
    const { want, removed, tell, mirror } = await openStage(t);
    const pod = staticPod('a:1');
    await want(pod);
    await want();
    await tell(pod, { ...RUNNING, podIP: '192.0.2.9' });
    assert.equal((await mirror()).status.podIP, '192.0.2.9');
    await removed(pod);
    assert.equal(await mirror(), undefined);
  });

  it('of a changed file: that of the Pod before it goes, and the new one gets its own', async (t) => {
    const { want, removed, mirror } = await openStage(t);
    const [before, after] = [staticPod('a:1'), staticPod('a:2')];
    await want(before);
    await want(after);
    assert.equal((await mirror()).metadata.annotations['kubernetes.io/config.mirror'], before.metadata.uid);
    await removed(before);
    const { metadata, spec } = await mirror();
    assert.deepEqual([metadata.annotations['kubernetes.io/config.mirror'], spec.containers[0].image], [after.metadata.uid, 'a:2']);
  });

  it('after a restart: takes up the one that is there, and removes one that shows nothing any more', async (t) => {
    const stage = await openStage(t);
    const pod = staticPod('a:1');
    await stage.want(pod);
    await stage.tell(pod, RUNNING);
    const { uid } = (await stage.mirror()).metadata;
    await stage.mirrors.stop();
    const same = new StaticPods();
    same.want([pod]);
    const second = await stage.open(same);
    assert.equal((await stage.mirror()).metadata.uid, uid);
    assert.equal(second.statusOf(pod)?.phase, 'Running');
    await second.stop();
    await stage.open(new StaticPods());
    assert.equal(await stage.mirror(), undefined);
  });

  it('leaves alone what is no mirror, also one of the same name, and takes its place once that is gone', async (t) => {
    const { want, bound, pod: find, mirror, delete: remove, server, logged } = await openStage(t);
    await bound('other');
    await bound('web-node');
    const pod = staticPod('a:1');
    await want(pod);
    assert.equal((await mirror()).metadata.annotations, undefined);
    assert.match(logged.join(), /mirroring the static Pod default\/web-node failed and is tried again.*409/);
    await remove('?gracePeriodSeconds=0');
    await server.clock.advance(20_000);
    assert.equal((await mirror()).metadata.annotations['kubernetes.io/config.mirror'], pod.metadata.uid);
    assert.notEqual(await find('other'), undefined);
  });

  it('waits until the Node is there', async (t) => {
    const { want, mirror, server } = await openStage(t);
    await server.must(`DELETE /api/v1/nodes/${NODE}`);
    await want(staticPod('a:1'));
    assert.equal(await mirror(), undefined);
    await server.must('POST /api/v1/nodes', { body: { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE } } });
    await server.clock.advance(20_000);
    assert.notEqual(await mirror(), undefined);
  });

  it('shownBy() believes no annotation: an object of another name shows nothing', async (t) => {
    const { want, bound, mirrors, pod: find, server } = await openStage(t);
    const pod = staticPod('a:1');
    await want(pod);
    const forged = await bound('forged', {}, { annotations: { 'kubernetes.io/config.mirror': pod.metadata.uid } });
    assert.equal(mirrors.shownBy(forged.metadata.uid), undefined);
    await server.clock.settle();
    // It claims to mirror a Pod of this node, and there is none of its name.
    assert.equal(await find('forged'), undefined);
  });
});
