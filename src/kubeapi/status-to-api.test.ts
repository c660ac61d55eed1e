import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status as answer } from '../../test/scenarios/api-faults.ts';
import { openPodsStage, type PodsStage, remove, uidOf } from '../../test/scenarios/api-pods-stage.ts';
import { PODS } from '../../test/scenarios/api-stage.ts';
import type { PodPhase, PodStatus } from '../model/pod-status.ts';

const STATUS = `PATCH ${PODS}/web/status`;

const ready = (status: 'True' | 'False', phase: PodPhase = 'Running'): PodStatus => ({
  phase,
  conditions: [{ type: 'Ready', status, lastProbeTime: null, lastTransitionTime: '2030-01-01T00:00:00Z' }],
});

async function withPod(t: Parameters<typeof openPodsStage>[0]): Promise<PodsStage & { readonly uid: string }> {
  const stage = await openPodsStage(t);
  await stage.bound('web');
  await stage.server.clock.settle();
  return { ...stage, uid: await uidOf(stage, 'web') };
}

const merge = (stage: PodsStage, status: object): Promise<unknown> =>
  stage.server.must(`PATCH ${PODS}/web/status`, { body: { status }, type: 'application/strategic-merge-patch+json' });

describe('StatusToApi', () => {
  it('writes a status at once, as a patch that names the very Pod', async (t) => {
    const { source, server, api, pod, uid } = await withPod(t);
    source.reports.status(uid, ready('True'));
    await server.clock.settle();
    assert.deepEqual(api.writes, [STATUS]);
    const { status, metadata } = await pod('web');
    assert.deepEqual(
      [status.phase, status.conditions.map(({ type }: { type: string }) => type), status.qosClass],
      ['Running', ['Ready'], 'BestEffort'],
    );
    assert.equal((api.requests.at(-1) as { body: { metadata: { uid: string } } }).body.metadata.uid, metadata.uid);
  });

  it('writes nothing when nothing changed', async (t) => {
    const { source, server, api, uid } = await withPod(t);
    for (let times = 0; times < 3; times += 1) {
      source.reports.status(uid, ready('True'));
      await server.clock.advance(20_000);
    }
    assert.deepEqual(api.writes, [STATUS]);
  });

  it('writes of several statuses the newest, and an older one never after it', async (t) => {
    const stage = await withPod(t);
    const { source, server, api, uid } = stage;
    for (const status of ['True', 'False', 'True'] as const) source.reports.status(uid, ready(status));
    await server.clock.settle();
    assert.deepEqual(api.writes, [STATUS]);
    source.reports.status(uid, ready('False'));
    // While that is written, two more come.
    await Promise.resolve();
    source.reports.status(uid, ready('True'));
    source.reports.status(uid, ready('False', 'Failed'));
    await server.clock.advance();
    assert.deepEqual([(await stage.pod('web')).status.phase, api.writes.length <= 3], ['Failed', true]);
  });

  it('leaves conditions of others, and the deletion, as they are', async (t) => {
    const stage = await withPod(t);
    await merge(stage, { conditions: [{ type: 'example.com/gate', status: 'True' }] });
    await remove(stage, 'web', 20);
    const { deletionTimestamp } = (await stage.pod('web')).metadata;
    stage.source.reports.status(stage.uid, {
      ...ready('True'),
      conditions: [...ready('True').conditions, { type: 'example.com/gate', status: 'False' }],
    });
    await stage.server.clock.settle();
    const { status, metadata } = await stage.pod('web');
    assert.deepEqual(
      status.conditions.map(({ type, status: is }: { type: string; status: string }) => `${type} ${is}`),
      ['Ready True', 'example.com/gate True'],
    );
    assert.equal(metadata.deletionTimestamp, deletionTimestamp);
  });

  it('tries for ever, later and later but never later than after 10 s; a new status is tried at once', async (t) => {
    const { source, server, api, pod, uid, logged } = await withPod(t);
    api.setDown(true);
    api.requests.length = 0;
    source.reports.status(uid, ready('False'));
    await server.clock.advance(3_600_000);
    assert.ok(api.requests.filter(({ path }) => path === `${PODS}/web`).length > 300);
    assert.ok(logged.filter((line) => line.startsWith('writing the status of default/web')).length < 15);
    api.isDown = false;
    source.reports.status(uid, ready('True'));
    await server.clock.settle();
    assert.equal((await pod('web')).status.conditions[0].status, 'True');
  });

  it('repeats a patch whose answer was lost only if it was not done', async (t) => {
    const { source, server, api, uid } = await withPod(t);
    let lost = 0;
    api.fateOf = ({ method }) => (method === 'PATCH' && ++lost === 1 ? 'lost' : 'fine');
    source.reports.status(uid, ready('True'));
    await server.clock.advance(60_000);
    assert.deepEqual(api.writes, [STATUS]);
  });

  it('does not write to another Pod of that name', async (t) => {
    const stage = await withPod(t);
    const { source, server, api, uid } = stage;
    api.watch = async function* () {};
    api.breakWatches();
    await remove(stage, 'web', 0);
    await stage.bound('web');
    source.reports.status(uid, ready('True'));
    await server.clock.advance(60_000);
    assert.deepEqual([api.writes, (await stage.pod('web')).status.phase], [[], 'Pending']);
  });

  it('a Pod that came between look and write is told apart by its uid', async (t) => {
    const stage = await withPod(t);
    const { source, server, api, uid } = stage;
    let isReplaced = false;
    const request = api.request.bind(api);
    api.request = async (given) => {
      if (given.method === 'PATCH' && !isReplaced) {
        isReplaced = true;
        await remove(stage, 'web', 0);
        await stage.bound('web');
      }
      return request(given);
    };
    source.reports.status(uid, ready('True'));
    await server.clock.advance(60_000);
    assert.deepEqual([(await stage.pod('web')).status.phase, api.writes.length], ['Pending', 1]);
  });

  it('puts right within 10 s what somebody else wrote over it', async (t) => {
    const stage = await withPod(t);
    stage.source.reports.status(stage.uid, ready('True'));
    await stage.server.clock.advance(5000);
    await merge(stage, { phase: 'Failed' });
    await stage.server.clock.advance(10_000);
    assert.equal((await stage.pod('web')).status.phase, 'Running');
  });

  it('flushed() waits for the newest status, and not for a Pod that is gone', async (t) => {
    const stage = await withPod(t);
    const { source, server, api, uid } = stage;
    api.fateOf = ({ method }) => (method === 'PATCH' ? answer(500, 'InternalError') : 'fine');
    source.reports.status(uid, ready('True'));
    let isFlushed = false;
    void source.reports.flushed(uid).then(() => {
      isFlushed = true;
    });
    await server.clock.advance(60_000);
    assert.equal(isFlushed, false);
    await remove(stage, 'web', 0);
    await server.clock.advance(60_000);
    assert.equal(isFlushed, true);
    source.removed(uid);
    assert.equal(await source.reports.flushed(uid), undefined);
  });
});
