import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { CMS, configMap, type Json, openTestApi, PODS, pod, type TestApi, type TestWatch } from '../../../test/apiserver/test-api.ts';
import type { ApiObject } from '../api-object.ts';
import { planDelete } from './delete-object.ts';

const NOW = Date.UTC(2030, 0, 1);

describe('planDelete', () => {
  const object = (metadata: object): ApiObject => ({ kind: 'Pod', apiVersion: 'v1', metadata: { name: 'p', ...metadata } });
  const marked = (seconds: number, sinceSeconds: number, more: object = {}): ApiObject => {
    const deletionTimestamp = new Date(NOW + (seconds - sinceSeconds) * 1000).toISOString().replace('.000', '');
    return object({ deletionTimestamp, deletionGracePeriodSeconds: seconds, ...more });
  };
  const grace = (_pod: ApiObject, asked: number | undefined): number => asked ?? 30;
  const plan = (live: ApiObject, asked?: number): Json => planDelete(live, asked, grace, NOW);

  it('marks at the first delete, with one generation more', () => {
    const { metadata } = plan(object({ generation: 4 })).object;
    assert.deepEqual(metadata, { name: 'p', generation: 5, deletionTimestamp: '2030-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 });
  });

  it('leaves it at a second delete that is no shorter', () => {
    for (const asked of [undefined, 30, 31]) assert.equal(plan(marked(30, 5), asked).kind, 'unchanged');
  });

  it('counts a shorter grace from the first delete', () => {
    const { metadata } = plan(marked(30, 5, { generation: 2 }), 10).object;
    assert.deepEqual(metadata, { name: 'p', generation: 2, deletionTimestamp: '2030-01-01T00:00:05Z', deletionGracePeriodSeconds: 10 });
  });

  it('leaves one second where the shorter grace is over already, and none where none is asked for', () => {
    assert.deepEqual(plan(marked(30, 20), 10).object.metadata, {
      name: 'p',
      deletionTimestamp: '2030-01-01T00:00:00Z',
      deletionGracePeriodSeconds: 1,
    });
    assert.equal(plan(marked(30, 20), 0).object.metadata.deletionGracePeriodSeconds, 0);
    assert.equal(plan(marked(30, 5), -7).object.metadata.deletionGracePeriodSeconds, 1);
  });

  it('never lengthens a grace and never moves its end into the past', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: -5, max: 1000 }),
        (given, since, asked) => {
          const live = marked(given, since);
          const next = plan(live, asked);
          if (next.kind !== 'graceful') return;
          const { deletionTimestamp, deletionGracePeriodSeconds } = next.object.metadata;
          assert.ok(deletionGracePeriodSeconds <= given);
          assert.ok(Date.parse(deletionTimestamp) >= NOW);
          assert.ok(Date.parse(deletionTimestamp) <= Math.max(NOW, Date.parse(live.metadata.deletionTimestamp as string)));
        },
      ),
    );
  });
});

describe('delete', () => {
  let api: TestApi;
  let watch: TestWatch;
  beforeEach(async () => {
    api = await openTestApi();
    watch = await api.watch(`${PODS}?resourceVersion=${api.store.resourceVersion}`);
  });
  afterEach(async () => {
    watch.stop();
    await api.close();
  });

  const running = (name: string, metadata: object = {}) => api.must(`POST ${PODS}`, { body: pod(name, { nodeName: 'n' }, metadata) });
  const seen = async (): Promise<readonly string[]> =>
    (await watch.ready()).map(({ type, object: { metadata } }) => `${type} ${metadata.deletionGracePeriodSeconds ?? '-'}`);

  it('answers with a Status for what is gone at once, and with the Pod for a Pod', async () => {
    const one = await api.must(`POST ${CMS}`, { body: configMap('one') });
    const { status, body } = await api.ask(`DELETE ${CMS}/one`);
    assert.equal(status, 200);
    assert.deepEqual(body, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'one', kind: 'configmaps', uid: one.metadata.uid },
    });
    await running('web');
    assert.equal((await api.must(`DELETE ${PODS}/web?gracePeriodSeconds=0`)).kind, 'Pod');
    const missing = await api.ask(`DELETE ${CMS}/one`);
    assert.equal(missing.status, 404);
    assert.equal(missing.body.message, 'configmaps "one" not found');
  });

  it('gives a running Pod its grace, and lets it be until then', async () => {
    await running('web');
    const { metadata } = await api.must(`DELETE ${PODS}/web`);
    assert.equal(metadata.deletionTimestamp, '2030-01-01T00:00:30Z');
    assert.equal(metadata.deletionGracePeriodSeconds, 30);
    assert.equal(metadata.generation, 2);
    assert.deepEqual(await seen(), ['ADDED -', 'MODIFIED 30']);
    await api.must(`DELETE ${PODS}/web`);
    assert.deepEqual(await seen(), []);
  });

  it('with grace 0 lets watchers see the 0, then that it is gone', async () => {
    await running('web');
    await api.must(`DELETE ${PODS}/web`, { body: { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 } });
    assert.deepEqual(await seen(), ['ADDED -', 'MODIFIED 0', 'DELETED 0']);
  });

  it('after a graceful delete ends with the kubelet’s own', async () => {
    const { metadata } = await running('web');
    await api.must(`DELETE ${PODS}/web`);
    const body = { gracePeriodSeconds: 0, preconditions: { uid: metadata.uid } };
    await api.must(`DELETE ${PODS}/web`, { body });
    assert.deepEqual(await seen(), ['ADDED -', 'MODIFIED 30', 'MODIFIED 0', 'DELETED 0']);
  });

  it('gives no grace to what no node runs, or what has ended', async () => {
    await api.must(`POST ${PODS}`, { body: pod('waiting') });
    await api.must(`DELETE ${PODS}/waiting`);
    const ended = await running('ended');
    await api.must(`PUT ${PODS}/ended/status`, { body: { ...ended, status: { phase: 'Succeeded' } } });
    await api.must(`DELETE ${PODS}/ended`);
    assert.deepEqual(await seen(), ['ADDED -', 'MODIFIED 0', 'DELETED 0', 'ADDED -', 'MODIFIED -', 'MODIFIED 0', 'DELETED 0']);
  });

  it('keeps a Pod with finalizers until the last one is gone', async () => {
    const web = await running('web', { finalizers: ['example.com/hold'] });
    await api.must(`DELETE ${PODS}/web?gracePeriodSeconds=0`);
    const held = await api.must(`GET ${PODS}/web`);
    assert.equal(held.metadata.deletionGracePeriodSeconds, 0);
    const added = await api.ask(`PUT ${PODS}/web`, {
      body: { ...held, metadata: { ...held.metadata, finalizers: ['example.com/new', 'example.com/hold'] } },
    });
    assert.equal(added.status, 422);
    assert.match(
      added.body.message,
      /no new finalizers can be added if the object is being deleted, found new finalizers \[\]string\{"example.com\/new"\}/,
    );
    await api.must(`PATCH ${PODS}/web`, { body: { metadata: { finalizers: null } }, type: 'application/merge-patch+json' });
    assert.equal((await api.ask(`GET ${PODS}/web`)).status, 404);
    assert.equal(web.metadata.deletionTimestamp, undefined);
    assert.deepEqual(await seen(), ['ADDED -', 'MODIFIED 0', 'DELETED 0']);
  });

  it('marks what has finalizers and no grace', async () => {
    await api.must(`POST ${CMS}`, { body: configMap('one', {}, { finalizers: ['example.com/hold'] }) });
    const { metadata, kind } = await api.must(`DELETE ${CMS}/one`);
    assert.equal(kind, 'ConfigMap');
    assert.equal(metadata.deletionGracePeriodSeconds, 0);
    await api.must(`PATCH ${CMS}/one`, { body: { metadata: { finalizers: [] } }, type: 'application/merge-patch+json' });
    assert.equal((await api.ask(`GET ${CMS}/one`)).status, 404);
  });

  it('deletes only what the preconditions mean', async () => {
    const { metadata } = await running('web');
    const refused = await api.ask(`DELETE ${PODS}/web`, { body: { preconditions: { uid: 'other' } } });
    assert.equal(refused.status, 409);
    assert.match(
      refused.body.message,
      /the UID in the precondition \(other\) does not match the UID in record \(.*\)\. The object might have been deleted and then recreated$/,
    );
    const old = await api.ask(`DELETE ${PODS}/web`, { body: { preconditions: { resourceVersion: '1' } } });
    assert.match(old.body.message, /the ResourceVersion in the precondition \(1\) does not match/);
    await api.must(`DELETE ${PODS}/web`, { body: { preconditions: { uid: metadata.uid, resourceVersion: metadata.resourceVersion } } });
  });

  it('finishes what a crash left between the two writes', async () => {
    await running('web');
    const gone = new Error('killed');
    const { store } = api.core;
    const apply = store.apply.bind(store);
    store.apply = async (writes) => {
      if (writes[0]?.kind === 'remove') throw gone;
      return apply(writes);
    };
    assert.equal((await api.ask(`DELETE ${PODS}/web?gracePeriodSeconds=0`)).status, 500);
    store.apply = apply;
    assert.equal((await api.must(`GET ${PODS}/web`)).metadata.deletionGracePeriodSeconds, 0);
    await api.must(`DELETE ${PODS}/web?gracePeriodSeconds=0`);
    assert.equal((await api.ask(`GET ${PODS}/web`)).status, 404);
  });

  it('writes nothing with dryRun, in the query or in the body', async () => {
    await running('web');
    assert.equal((await api.must(`DELETE ${PODS}/web?dryRun=All`)).metadata.deletionGracePeriodSeconds, 30);
    await api.must(`DELETE ${PODS}/web`, { body: { dryRun: ['All'], gracePeriodSeconds: 0 } });
    assert.deepEqual(await seen(), ['ADDED -']);
  });

  it('knows the policies and refuses others', async () => {
    await running('web');
    assert.equal((await api.ask(`DELETE ${PODS}/web?propagationPolicy=Sideways`)).status, 422);
    assert.equal((await api.ask(`DELETE ${PODS}/web?propagationPolicy=Foreground`)).status, 200);
  });

  it('of a collection deletes what is selected', async () => {
    for (const name of ['a', 'b', 'c'])
      await api.must(`POST ${CMS}`, { body: configMap(name, {}, { labels: { app: name === 'b' ? 'y' : 'x' } }) });
    const { items, kind } = await api.must(`DELETE ${CMS}?labelSelector=app%3Dx`);
    assert.equal(kind, 'ConfigMapList');
    assert.deepEqual(
      items.map(({ metadata }: Json) => metadata.name),
      ['a', 'c'],
    );
    const left = await api.must(`GET ${CMS}`);
    assert.deepEqual(
      left.items.map(({ metadata }: Json) => metadata.name),
      ['b', 'kube-root-ca.crt'],
    );
  });
});
