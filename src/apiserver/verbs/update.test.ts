import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { CMS, configMap, type Json, openTestApi, PODS, pod, type TestApi } from '../../../test/apiserver/test-api.ts';

describe('update', () => {
  let api: TestApi;
  let one: Json;
  beforeEach(async () => {
    api = await openTestApi();
    one = await api.must(`POST ${CMS}`, { body: configMap('one') });
  });
  afterEach(() => api.close());

  const put = (body: Json) => api.ask(`PUT ${CMS}/${body.metadata.name}`, { body });

  it('writes the whole object, and keeps what is the server’s', async () => {
    const { status, body } = await put({ ...one, data: { b: '2' }, metadata: { ...one.metadata, creationTimestamp: null } });
    assert.equal(status, 200);
    assert.deepEqual(body.data, { b: '2' });
    assert.equal(body.metadata.uid, one.metadata.uid);
    assert.equal(body.metadata.creationTimestamp, one.metadata.creationTimestamp);
    assert.ok(Number(body.metadata.resourceVersion) > Number(one.metadata.resourceVersion));
  });

  it('refuses to overwrite what somebody else wrote meanwhile', async () => {
    await put({ ...one, data: { b: '2' } });
    const { status, body } = await put({ ...one, data: { c: '3' } });
    assert.equal(status, 409);
    assert.equal(body.reason, 'Conflict');
    assert.equal(
      body.message,
      'Operation cannot be fulfilled on configmaps "one": the object has been modified; please apply your changes to the latest version and try again',
    );
  });

  it('writes without a resourceVersion over whatever there is', async () => {
    await put({ ...one, data: { b: '2' } });
    const { status, body } = await put({ ...configMap('one', { c: '3' }) });
    assert.equal(status, 200);
    assert.deepEqual(body.data, { c: '3' });
  });

  it('of two at once with the same resourceVersion refuses one', async () => {
    const answers = await Promise.all([put({ ...one, data: { b: '2' } }), put({ ...one, data: { c: '3' } })]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
  });

  it('of two at once without a resourceVersion takes both', async () => {
    const answers = await Promise.all([put(configMap('one', { b: '2' })), put(configMap('one', { c: '3' }))]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
    );
  });

  it('changes nothing when nothing changes', async () => {
    const before = api.store.resourceVersion;
    const { body } = await put(one);
    assert.equal(body.metadata.resourceVersion, one.metadata.resourceVersion);
    assert.equal(api.store.resourceVersion, before);
  });

  it('refuses another name, another uid, and an object that is not there', async () => {
    const renamed = await api.ask(`PUT ${CMS}/one`, { body: configMap('two') });
    assert.equal(renamed.status, 400);
    assert.equal(renamed.body.message, 'the name of the object (two) does not match the name on the URL (one)');
    const other = await put({ ...one, metadata: { ...one.metadata, uid: 'other' } });
    assert.equal(other.status, 409);
    assert.match(other.body.message, /Precondition failed: UID in precondition: other, UID in object meta: /);
    assert.equal((await put(configMap('missing'))).status, 404);
  });

  it('writes nothing with dryRun', async () => {
    const { status, body } = await api.ask(`PUT ${CMS}/one?dryRun=All`, { body: { ...one, data: { b: '2' } } });
    assert.equal(status, 200);
    assert.deepEqual(body.data, { b: '2' });
    assert.deepEqual((await api.must(`GET ${CMS}/one`)).data, { a: '1' });
  });

  it('keeps an immutable ConfigMap as it is', async () => {
    const fixed = await api.must(`PUT ${CMS}/one`, { body: { ...one, immutable: true } });
    const { status, body } = await put({ ...fixed, data: { a: '2' } });
    assert.equal(status, 422);
    assert.match(body.message, /data: Forbidden: field is immutable when `immutable` is set/);
  });

  it('creates a lease that is not there, and asks for the version of one that is', async () => {
    const path = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n';
    const lease = { metadata: { name: 'n' }, spec: { holderIdentity: 'n', leaseDurationSeconds: 40 } };
    const created = await api.ask(`PUT ${path}`, { body: lease });
    assert.equal(created.status, 201);
    const blind = await api.ask(`PUT ${path}`, { body: lease });
    assert.equal(blind.status, 422);
    assert.match(blind.body.message, /metadata\.resourceVersion: Invalid value: 0x0: must be specified for an update/);
    assert.equal((await api.ask(`PUT ${path}`, { body: { ...created.body, spec: { ...lease.spec, leaseTransitions: 1 } } })).status, 200);
  });

  it('writes a status only through status, and nothing else through it', async () => {
    const web = await api.must(`POST ${PODS}`, { body: { ...pod('web'), status: { phase: 'Running' } } });
    assert.equal(web.status.phase, 'Pending');
    const spoken = await api.must(`PUT ${PODS}/web`, { body: { ...web, status: { phase: 'Failed' } } });
    assert.equal(spoken.status.phase, 'Pending');
    const spec = { ...web.spec, nodeName: 'elsewhere' };
    const told = await api.must(`PUT ${PODS}/web/status`, { body: { ...web, spec, status: { ...web.status, phase: 'Running' } } });
    assert.equal(told.status.phase, 'Running');
    assert.equal(told.spec.nodeName, undefined);
    assert.equal(told.metadata.generation, 1);
    assert.equal((await api.must(`GET ${PODS}/web/status`)).status.phase, 'Running');
  });

  it('counts a generation for each change of a spec', async () => {
    const web = await api.must(`POST ${PODS}`, { body: pod('web') });
    assert.equal(web.metadata.generation, 1);
    const spec = { ...web.spec, containers: [{ ...web.spec.containers[0], image: 'example/app:2' }] };
    const next = await api.must(`PUT ${PODS}/web`, { body: { ...web, spec } });
    assert.equal(next.metadata.generation, 2);
    const labelled = await api.must(`PUT ${PODS}/web`, { body: { ...next, metadata: { ...next.metadata, labels: { a: 'b' } } } });
    assert.equal(labelled.metadata.generation, 2);
  });
});
