import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openTestApi } from '../../test/apiserver/test-api.ts';
import { openPodsStage, remove, TERMINATED, uidOf } from '../../test/scenarios/api-pods-stage.ts';
import { NODE, PODS } from '../../test/scenarios/api-stage.ts';
import { InProcessApi } from '../apiserver/in-process-api.ts';
import { MemoryJournal } from '../fakes/memory-journal.ts';
import type { Pod } from '../model/pod.ts';
import { SILENT_LOGGER } from '../ports/logger.ts';
import { podSourceContract } from '../ports/pod-source.contract.ts';
import { PodsFromApi } from './pods-from-api.ts';

podSourceContract('PodsFromApi', async (t) => {
  const server = await openTestApi();
  const api = new InProcessApi(
    { core: server.core, logger: SILENT_LOGGER },
    { user: { username: 'node', groups: [] }, userAgent: 'kubelet' },
  );
  const source = new PodsFromApi({
    api,
    clock: server.clock,
    logger: SILENT_LOGGER,
    journal: new MemoryJournal(),
    nodeName: NODE,
    hostIPs: [],
  });
  source.start();
  await source.synced;
  t.after(async () => {
    await source.stop();
    await server.close();
  });
  return {
    source,
    // Past the server's rules: the contract chooses uids, and its Pods have no containers.
    put: async (pod) => {
      const { uid, name, namespace } = pod.metadata;
      const key = { resource: 'pods', namespace, name };
      const before = server.store.get(key);
      const { deletionTimestamp, deletionGracePeriodSeconds } =
        before === undefined ? {} : JSON.parse(Buffer.from(before.json).toString()).metadata;
      const spec = { ...pod.spec, nodeName: NODE };
      const encode = (resourceVersion: number): Uint8Array => {
        const metadata = { ...pod.metadata, resourceVersion: `${resourceVersion}`, deletionTimestamp, deletionGracePeriodSeconds };
        return Buffer.from(JSON.stringify({ ...pod, metadata, spec, status: { phase: 'Running' } }));
      };
      await server.store.apply([{ kind: 'put', key, uid, expect: before?.resourceVersion ?? 'absent', encode }]);
      await server.clock.settle();
    },
    delete: async (uid, graceSeconds) => {
      const query = graceSeconds === undefined ? '' : `?gracePeriodSeconds=${graceSeconds}`;
      await server.ask(`DELETE ${PODS}/${uid.replace('uid-', '')}${query}`);
      await server.clock.settle();
    },
  };
});

describe('PodsFromApi, what the kubelet is told', () => {
  it('gives the Pods of this node as the kubelet knows Pods, with their status', async (t) => {
    const stage = await openPodsStage(t);
    await stage.bound('web', { terminationGracePeriodSeconds: 7 }, { labels: { app: 'web' }, generateName: 'x' });
    await stage.bound('other', { nodeName: 'elsewhere' });
    await stage.server.clock.settle();
    const [desired, ...rest] = stage.source.list();
    assert.deepEqual(rest, []);
    const { metadata, spec } = desired?.pod ?? assert.fail('no Pod');
    assert.deepEqual([metadata.name, metadata.namespace, metadata.labels, metadata.generation], ['web', 'default', { app: 'web' }, 1]);
    assert.deepEqual(
      [spec.nodeName, spec.terminationGracePeriodSeconds, spec.restartPolicy, spec.dnsPolicy],
      [NODE, 7, 'Always', 'ClusterFirst'],
    );
    assert.deepEqual(Object.keys(metadata).includes('managedFields'), false);
    assert.equal(desired?.status?.phase, 'Pending');
    assert.deepEqual(stage.told, ['web -']);
  });

  it('tells a Pod that was bound later, and what may change in a living one', async (t) => {
    const stage = await openPodsStage(t);
    await stage.server.must(`POST ${PODS}`, {
      body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'main', image: 'a:1' }] } },
    });
    await stage.server.must(`POST ${PODS}/web/binding`, {
      body: { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'web' }, target: { kind: 'Node', name: NODE } },
    });
    const image = { spec: { containers: [{ name: 'main', image: 'a:2' }] } };
    await stage.server.must(`PATCH ${PODS}/web`, { body: image, type: 'application/strategic-merge-patch+json' });
    await stage.server.clock.settle();
    assert.deepEqual(stage.told, ['web -', 'web -']);
    assert.equal(stage.source.list()[0]?.pod.spec.containers[0]?.image, 'a:2');
  });

  it('does not take Pods that only show a static one', async (t) => {
    const stage = await openPodsStage(t);
    await stage.bound('a', {}, { annotations: { 'kubernetes.io/config.source': 'file' } });
    await stage.bound('b', {}, { annotations: { 'kubernetes.io/config.mirror': '1f2e' } });
    await stage.bound('c', {}, { annotations: { 'kubernetes.io/config.source': 'api' } });
    await stage.server.clock.settle();
    assert.deepEqual(stage.told, ['c -']);
  });

  it('tells a delete with its grace, a shorter one later, and no longer one', async (t) => {
    const stage = await openPodsStage(t);
    await stage.bound('web');
    for (const grace of [20, 40, 5]) await remove(stage, 'web', grace);
    await stage.server.clock.settle();
    assert.deepEqual(stage.told, ['web -', 'web 20', 'web 5']);
  });
});

describe('PodsFromApi, a Pod that vanishes', () => {
  it('stays after a forced delete, with no grace, until the kubelet has removed it; nothing is deleted again', async (t) => {
    const stage = await openPodsStage(t);
    await stage.bound('web');
    await remove(stage, 'web', 0);
    await stage.server.clock.settle();
    assert.deepEqual(stage.told, ['web -', 'web 0', 'web 0']);
    const [desired] = stage.source.list();
    stage.source.reports.status(desired?.pod.metadata.uid ?? '', TERMINATED);
    stage.source.removed(desired?.pod.metadata.uid ?? '');
    await stage.server.clock.advance(60_000);
    assert.deepEqual([stage.source.list(), stage.api.writes], [[], []]);
  });

  it('has its own grace when no delete was seen, and what is known of one otherwise', async (t) => {
    const stage = await openPodsStage(t);
    await stage.bound('a', { terminationGracePeriodSeconds: 42 });
    await stage.bound('b');
    await remove(stage, 'b', 9);
    await stage.server.clock.settle();
    stage.api.setDown(true);
    for (const name of ['a', 'b']) await remove(stage, name, 0);
    stage.server.store.compact(0);
    stage.api.setDown(false);
    await stage.server.clock.advance(60_000);
    assert.deepEqual(stage.told.slice(3), ['a 42', 'b 9']);
  });

  it('and another of its name are two Pods', async (t) => {
    const stage = await openPodsStage(t);
    await stage.bound('web');
    await stage.server.clock.settle();
    const uid = await uidOf(stage, 'web');
    stage.api.setDown(true);
    await remove(stage, 'web', 0);
    await stage.bound('web');
    stage.server.store.compact(0);
    stage.api.setDown(false);
    await stage.server.clock.advance(60_000);
    assert.deepEqual(stage.told, ['web -', 'web 30', 'web -']);
    assert.deepEqual(
      stage.source.list().map(({ deletion }) => deletion?.graceSeconds),
      [30, undefined],
    );
    stage.source.removed(uid);
    await stage.server.clock.settle();
    assert.deepEqual(
      stage.source.list().map(({ pod }) => pod.metadata.uid),
      [await uidOf(stage, 'web')],
    );
    assert.deepEqual(stage.api.writes, []);
  });

  it('end() names a Pod that nobody names any more, until it is removed', async (t) => {
    const stage = await openPodsStage(t);
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'old', namespace: 'default', uid: 'u' }, spec: {} } as unknown as Pod;
    stage.source.end(pod, 12);
    assert.deepEqual([stage.told, stage.source.get('u')?.deletion], [['old 12'], { graceSeconds: 12 }]);
    stage.source.end(pod, 30);
    assert.deepEqual(stage.source.get('u')?.deletion, { graceSeconds: 12 });
    stage.source.removed('u');
    await stage.server.clock.settle();
    assert.deepEqual([stage.source.list(), stage.api.writes], [[], []]);
  });
});
