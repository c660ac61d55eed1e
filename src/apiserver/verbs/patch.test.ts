import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { CMS, configMap, openTestApi, PODS, pod, type TestApi } from '../../../test/apiserver/test-api.ts';

const MERGE = 'application/merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const APPLY = 'application/apply-patch+yaml';

describe('patch', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
    await api.must(`POST ${CMS}?fieldManager=first`, { body: configMap('one') });
  });
  afterEach(() => api.close());

  const patch = (body: unknown, type: string, query = '') => api.ask(`PATCH ${CMS}/one${query}`, { body, type });

  it('merges', async () => {
    const { status, body } = await patch({ data: { a: null, b: '2' } }, MERGE);
    assert.equal(status, 200);
    assert.deepEqual(body.data, { b: '2' });
  });

  it('does operations one by one', async () => {
    const { body } = await patch([{ op: 'add', path: '/data/b', value: '2' }], JSON_PATCH);
    assert.deepEqual(body.data, { a: '1', b: '2' });
    const failed = await patch([{ op: 'test', path: '/data/a', value: 'no' }], JSON_PATCH);
    assert.equal(failed.status, 422);
  });

  it('merges lists by their keys', async () => {
    await api.must(`POST ${PODS}`, { body: pod('web') });
    const image = { spec: { containers: [{ name: 'c', image: 'example/app:2' }] } };
    const { spec } = await api.must(`PATCH ${PODS}/web`, { body: image, type: STRATEGIC });
    assert.equal(spec.containers[0].image, 'example/app:2');
    assert.equal(spec.containers.length, 1);
    assert.equal(spec.containers[0].terminationMessagePolicy, 'File');
  });

  it('patches a status alone', async () => {
    await api.must(`POST ${PODS}`, { body: pod('web') });
    const body = { metadata: { labels: { told: 'too' } }, spec: { nodeName: 'n' }, status: { phase: 'Running' } };
    const told = await api.must(`PATCH ${PODS}/web/status`, { body, type: STRATEGIC });
    assert.equal(told.status.phase, 'Running');
    assert.equal(told.status.qosClass, 'BestEffort');
    assert.equal(told.spec.nodeName, undefined);
  });

  it('tries again when somebody came between, without losing either change', async () => {
    const changes = Array.from({ length: 8 }, (_, index) => patch({ data: { [`k${index}`]: 'x' } }, MERGE));
    assert.deepEqual([...new Set((await Promise.all(changes)).map(({ status }) => status))], [200]);
    assert.equal(Object.keys((await api.must(`GET ${CMS}/one`)).data).length, 9);
  });

  it('does not try again when the patch names a state', async () => {
    const { metadata } = await api.must(`GET ${CMS}/one`);
    await patch({ data: { b: '2' } }, MERGE);
    const { status, body } = await patch({ metadata: { resourceVersion: metadata.resourceVersion }, data: { c: '3' } }, MERGE);
    assert.equal(status, 409);
    assert.match(body.message, /the object has been modified/);
  });

  it('refuses what it cannot apply: type, name, missing object, validation, force', async () => {
    const { status, body } = await patch({}, 'application/json');
    assert.equal(status, 415);
    assert.match(body.message, /application\/apply-patch\+yaml/);
    assert.equal((await patch({ metadata: { name: 'two' } }, MERGE)).status, 400);
    assert.equal((await api.ask(`PATCH ${CMS}/two`, { body: {}, type: MERGE })).status, 404);
    assert.equal((await patch({ metadata: { labels: { a: 'not a value' } } }, MERGE)).status, 422);
    assert.equal((await patch({}, MERGE, '?force=true')).status, 400);
    assert.equal((await patch({ dat: {} }, MERGE, '?fieldValidation=Strict')).status, 400);
    assert.equal((await patch('', MERGE)).status, 400);
  });

  it('writes nothing with dryRun', async () => {
    assert.deepEqual((await patch({ data: { b: '2' } }, MERGE, '?dryRun=All')).body.data, { a: '1', b: '2' });
    assert.deepEqual((await api.must(`GET ${CMS}/one`)).data, { a: '1' });
  });
});

describe('apply', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
  });
  afterEach(() => api.close());

  const apply = (data: object, query: string) =>
    api.ask(`PATCH ${CMS}/one?${query}`, { body: JSON.stringify({ ...configMap('one'), data }), type: APPLY });

  it('creates, then changes, then takes away what is applied no more', async () => {
    const created = await apply({ a: '1', b: '1' }, 'fieldManager=me');
    assert.equal(created.status, 201);
    assert.equal(created.body.metadata.managedFields[0].operation, 'Apply');
    const changed = await apply({ a: '2' }, 'fieldManager=me');
    assert.equal(changed.status, 200);
    assert.deepEqual(changed.body.data, { a: '2' });
    const again = await apply({ a: '2' }, 'fieldManager=me');
    assert.equal(again.body.metadata.resourceVersion, changed.body.metadata.resourceVersion);
  });

  it('refuses a field of somebody else, unless it is forced', async () => {
    await api.must(`POST ${CMS}?fieldManager=first`, { body: configMap('one') });
    const { status, body } = await apply({ a: '2' }, 'fieldManager=me');
    assert.equal(status, 409);
    assert.equal(body.message, 'Apply failed with 1 conflict: conflict with "first" using v1: .data.a');
    assert.equal(body.details.causes[0].reason, 'FieldManagerConflict');
    assert.deepEqual((await apply({ a: '2' }, 'fieldManager=me&force=true')).body.data, { a: '2' });
  });

  it('asks who applies, and for an object of the path', async () => {
    assert.equal((await apply({}, '')).status, 422);
    const other = await api.ask(`PATCH ${CMS}/one?fieldManager=me`, { body: JSON.stringify(configMap('two')), type: APPLY });
    assert.equal(other.status, 400);
    const gone = { ...configMap('one'), metadata: { name: 'one', uid: 'u' } };
    assert.equal((await api.ask(`PATCH ${CMS}/one?fieldManager=me`, { body: JSON.stringify(gone), type: APPLY })).status, 409);
    assert.equal(
      (await api.ask(`PATCH ${PODS}/web/status?fieldManager=me`, { body: JSON.stringify(pod('web')), type: APPLY })).status,
      404,
    );
  });

  it('needs the right to create for what is not there', async () => {
    await api.close();
    api = await openTestApi({ authorize: (asked) => ({ allowed: asked.kind === 'path' || asked.verb !== 'create' }) });
    assert.equal((await apply({}, 'fieldManager=me')).status, 403);
  });

  it('of two at once that create keeps both', async () => {
    const answers = await Promise.all([apply({ a: '1' }, 'fieldManager=me'), apply({ b: '1' }, 'fieldManager=you')]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 201]);
    assert.deepEqual((await api.must(`GET ${CMS}/one`)).data, { a: '1', b: '1' });
  });
});
