import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { configMap, openTestApi, pod, type TestApi } from '../../../test/apiserver/test-api.ts';

const WORK = '/api/v1/namespaces/work';

describe('namespaces', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
  });
  afterEach(() => api.close());

  const create = () => api.must('POST /api/v1/namespaces', { body: { metadata: { name: 'work' } } });
  const isGone = async (): Promise<boolean> => {
    await api.clock.settle();
    return (await api.ask(`GET ${WORK}`)).status === 404;
  };

  it('are there from the start, and stay after one', async () => {
    for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
      assert.equal((await api.must(`GET /api/v1/namespaces/${name}`)).status.phase, 'Active');
    }
    const { uid } = (await api.must('GET /api/v1/namespaces/default')).metadata;
    await api.close();
    api = await openTestApi({ store: api.store.reopen() });
    assert.equal((await api.must('GET /api/v1/namespaces/default')).metadata.uid, uid);
  });

  it('have an account and the CA from their first moment', async () => {
    const made = await create();
    assert.deepEqual(made.spec, { finalizers: ['kubernetes'] });
    assert.equal(made.metadata.labels['kubernetes.io/metadata.name'], 'work');
    assert.equal((await api.must(`GET ${WORK}/serviceaccounts/default`)).metadata.namespace, 'work');
    assert.deepEqual((await api.must(`GET ${WORK}/configmaps/kube-root-ca.crt`)).data, { 'ca.crt': 'CA' });
  });

  it('get both again when somebody deletes them', async () => {
    const { uid } = (await create()).metadata;
    await api.must(`DELETE ${WORK}/serviceaccounts/default`);
    await api.must(`DELETE ${WORK}/configmaps/kube-root-ca.crt`);
    await api.clock.settle();
    const again = await api.must(`GET ${WORK}/serviceaccounts/default`);
    assert.notEqual(again.metadata.uid, uid);
    assert.equal((await api.ask(`GET ${WORK}/configmaps/kube-root-ca.crt`)).status, 200);
  });

  it('have the CA of this start', async () => {
    await create();
    await api.close();
    const parts = { resources: { clusterCa: 'NEW', pods: { refuse: () => [] } } };
    api = await openTestApi({ store: api.store.reopen(), parts });
    await api.clock.settle();
    assert.deepEqual((await api.must(`GET ${WORK}/configmaps/kube-root-ca.crt`)).data, { 'ca.crt': 'NEW' });
  });

  it('go when all in them has gone, gracefully', async () => {
    await create();
    await api.must(`POST ${WORK}/configmaps`, { body: configMap('one') });
    await api.must(`POST ${WORK}/pods`, { body: pod('web', { nodeName: 'n' }) });
    const { metadata, status } = await api.must(`DELETE ${WORK}`);
    assert.equal(metadata.deletionTimestamp, '2030-01-01T00:00:00Z');
    assert.equal(status.phase, 'Terminating');
    assert.equal(await isGone(), false);
    assert.equal((await api.ask(`GET ${WORK}/configmaps/one`)).status, 404);
    assert.equal((await api.must(`GET ${WORK}/pods/web`)).metadata.deletionGracePeriodSeconds, 30);
    const again = await api.ask(`DELETE ${WORK}`);
    assert.equal(again.status, 409);
    assert.match(again.body.message, /The system is ensuring all content is removed from this namespace/);
    await api.must(`DELETE ${WORK}/pods/web?gracePeriodSeconds=0`);
    assert.equal(await isGone(), true);
  });

  it('go on going after a restart', async () => {
    await create();
    await api.must(`POST ${WORK}/configmaps`, { body: configMap('one') });
    const { store } = api.core;
    const apply = store.apply.bind(store);
    // Nothing of the work is done before the process dies.
    await api.must(`DELETE ${WORK}`);
    store.apply = () => new Promise(() => {});
    const reopened = api.store.reopen();
    store.apply = apply;
    api = await openTestApi({ store: reopened });
    assert.equal(await isGone(), true);
  });

  it('are tried again, later, when the store fails', async () => {
    await create();
    await api.must(`POST ${WORK}/pods`, { body: pod('web', { nodeName: 'n' }) });
    await api.must(`DELETE ${WORK}`);
    await api.clock.settle();
    const { store } = api.core;
    const count = store.count.bind(store);
    store.count = () => {
      throw new Error('broken');
    };
    await api.must(`DELETE ${WORK}/pods/web?gracePeriodSeconds=0`);
    assert.equal(await isGone(), false);
    assert.match(api.logged.join('\n'), /a namespace could not be kept up, trying again/);
    store.count = count;
    await api.clock.advance(1000);
    assert.equal(await isGone(), true);
  });

  it('that everything needs are not deleted', async () => {
    const { status, body } = await api.ask('DELETE /api/v1/namespaces/default');
    assert.equal(status, 403);
    assert.equal(body.message, 'namespaces "default" is forbidden: this namespace may not be deleted');
  });

  it('keep finalizers of others, in spec and in metadata', async () => {
    await create();
    const live = await api.must(`GET ${WORK}`);
    await api.must(`PUT ${WORK}`, { body: { ...live, spec: {}, metadata: { ...live.metadata, finalizers: ['example.com/hold'] } } });
    assert.deepEqual((await api.must(`GET ${WORK}`)).spec.finalizers, ['kubernetes']);
    await api.must(`DELETE ${WORK}`);
    assert.equal(await isGone(), false);
    const held = await api.must(`GET ${WORK}`);
    assert.deepEqual(held.spec.finalizers, []);
    await api.must(`PATCH ${WORK}`, { body: { metadata: { finalizers: null } }, type: 'application/merge-patch+json' });
    assert.equal(await isGone(), true);
  });

  it('are finalized by hand where nothing else helps', async () => {
    await create();
    await api.must(`POST ${WORK}/pods`, { body: pod('web', { nodeName: 'n' }, { finalizers: ['example.com/hold'] }) });
    await api.must(`DELETE ${WORK}`);
    await api.clock.settle();
    const live = await api.must(`GET ${WORK}`);
    await api.must(`PUT ${WORK}/finalize`, { body: { ...live, spec: { finalizers: [] } } });
    assert.equal(await isGone(), true);
  });

  it('check their names', async () => {
    assert.equal((await api.ask('POST /api/v1/namespaces', { body: { metadata: { name: 'a.b' } } })).status, 422);
  });
});
