import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { CMS, configMap, openTestApi, PODS, pod, type TestApi } from '../../../test/apiserver/test-api.ts';

describe('create', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
  });
  afterEach(() => api.close());

  it('answers 201 with the object as it is stored', async () => {
    const { status, body } = await api.ask(`POST ${CMS}?fieldManager=test`, { body: configMap('one') });
    assert.equal(status, 201);
    assert.deepEqual(body.data, { a: '1' });
    assert.equal(body.metadata.namespace, 'default');
    assert.equal(body.metadata.creationTimestamp, '2030-01-01T00:00:00Z');
    assert.match(body.metadata.uid, /^[0-9a-f-]{36}$/);
    assert.equal(body.metadata.resourceVersion, String(api.store.resourceVersion));
    assert.equal(body.metadata.managedFields[0].manager, 'test');
    assert.deepEqual(await api.must(`GET ${CMS}/one`), body);
  });

  it('keeps nothing that only a server says', async () => {
    const metadata = { uid: 'mine', creationTimestamp: '2000-01-01T00:00:00Z', deletionTimestamp: '2000-01-01T00:00:00Z', generation: 9 };
    const { metadata: made } = await api.must(`POST ${CMS}`, { body: configMap('one', {}, metadata) });
    assert.notEqual(made.uid, 'mine');
    assert.equal(made.creationTimestamp, '2030-01-01T00:00:00Z');
    assert.equal(made.deletionTimestamp, undefined);
    assert.equal(made.generation, undefined);
  });

  it('refuses a second object of the name', async () => {
    await api.must(`POST ${CMS}`, { body: configMap('one') });
    const { status, body } = await api.ask(`POST ${CMS}`, { body: configMap('one') });
    assert.equal(status, 409);
    assert.equal(body.reason, 'AlreadyExists');
    assert.equal(body.message, 'configmaps "one" already exists');
    assert.deepEqual(body.details, { name: 'one', kind: 'configmaps' });
  });

  it('makes a name of generateName, and another when it is taken', async () => {
    await api.close();
    api = await openTestApi({ randomNames: ['aaaaa', 'aaaaa', 'bbbbb'] });
    const named = { ...configMap(''), metadata: { generateName: 'cm-' } };
    assert.equal((await api.must(`POST ${CMS}`, { body: named })).metadata.name, 'cm-aaaaa');
    assert.equal((await api.must(`POST ${CMS}`, { body: named })).metadata.name, 'cm-bbbbb');
  });

  it('gives up on a generated name after eight', async () => {
    await api.close();
    api = await openTestApi({ randomNames: Array.from({ length: 9 }, () => 'aaaaa') });
    const named = { ...configMap(''), metadata: { generateName: 'cm-' } };
    await api.must(`POST ${CMS}`, { body: named });
    const { status, body } = await api.ask(`POST ${CMS}`, { body: named });
    assert.equal(status, 409);
    assert.equal(body.details.retryAfterSeconds, 1);
    assert.match(body.message, /was not able to generate a unique name/);
  });

  it('cuts the beginning of a generated name so that it fits', async () => {
    const { metadata } = await api.must(`POST ${CMS}`, { body: { ...configMap(''), metadata: { generateName: 'x'.repeat(70) } } });
    assert.equal(metadata.name.length, 63);
  });

  it('lists all that is wrong, with the field of each', async () => {
    const { status, body } = await api.ask(`POST ${CMS}`, {
      body: configMap('Bad_Name', { 'a/b': 'x' }, { labels: { k: 'not a value' } }),
    });
    assert.equal(status, 422);
    assert.equal(body.reason, 'Invalid');
    assert.match(body.message, /^ConfigMap "Bad_Name" is invalid: \[metadata\.name: Invalid value: "Bad_Name": /);
    assert.deepEqual(
      body.details.causes.map(({ reason, field }: { reason: string; field: string }) => [reason, field]),
      [
        ['FieldValueInvalid', 'metadata.name'],
        ['FieldValueInvalid', 'metadata.labels[k]'],
        ['FieldValueInvalid', 'data[a/b]'],
      ],
    );
  });

  it('asks for a name', async () => {
    const { status, body } = await api.ask(`POST ${CMS}`, { body: { ...configMap(''), metadata: {} } });
    assert.equal(status, 422);
    assert.match(body.message, /metadata\.name: Required value: name or generateName is required/);
  });

  it('writes nothing with dryRun, and still says what would be wrong', async () => {
    const before = api.store.resourceVersion;
    const { status, body } = await api.ask(`POST ${CMS}?dryRun=All`, { body: configMap('one') });
    assert.equal(status, 201);
    assert.equal(body.metadata.resourceVersion, undefined);
    assert.equal(api.store.resourceVersion, before);
    assert.equal((await api.ask(`GET ${CMS}/one`)).status, 404);
    await api.must(`POST ${CMS}`, { body: configMap('one') });
    assert.equal((await api.ask(`POST ${CMS}?dryRun=All`, { body: configMap('one') })).status, 409);
    assert.equal((await api.ask(`POST ${CMS}?dryRun=Some`, { body: configMap('two') })).status, 422);
  });

  it('knows unknown fields: Strict refuses, Warn tells, Ignore drops', async () => {
    const odd = { ...configMap('one'), dat: {} };
    const strict = await api.ask(`POST ${CMS}?fieldValidation=Strict`, { body: odd });
    assert.equal(strict.status, 400);
    assert.match(strict.body.message, /strict decoding error: unknown field "dat"$/);
    const warned = await api.ask(`POST ${CMS}?fieldValidation=Warn`, { body: odd });
    assert.equal(warned.status, 201);
    assert.deepEqual(warned.headers['warning'], ['299 - "unknown field \\"dat\\""']);
    assert.equal(warned.body.dat, undefined);
    const ignored = await api.ask(`POST ${CMS}?fieldValidation=Ignore`, { body: { ...odd, metadata: { name: 'two' } } });
    assert.equal(ignored.headers['warning'], undefined);
    assert.equal((await api.ask(`POST ${CMS}?fieldValidation=Loose`, { body: odd })).status, 422);
  });

  it('takes YAML, and no form that it cannot read', async () => {
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {a: "x"}\n';
    assert.deepEqual((await api.must(`POST ${CMS}`, { body: yaml, type: 'application/yaml' })).data, { a: 'x' });
    const { status, body } = await api.ask(`POST ${CMS}`, { body: '<cm/>', type: 'text/xml' });
    assert.equal(status, 415);
    assert.equal(body.reason, 'UnsupportedMediaType');
  });

  it('refuses what is no object of the path: kind, version, namespace, JSON', async () => {
    const messages = await Promise.all(
      [
        pod('p'),
        { ...configMap('x'), apiVersion: 'v2' },
        configMap('x', {}, { namespace: 'other' }),
        '{"kind": ',
        '[1]',
        '',
        { ...configMap('x', {}, { resourceVersion: '3' }) },
        { ...configMap('x'), data: { a: 1 } },
      ].map(async (body) => {
        const answer = await api.ask(`POST ${CMS}`, { body });
        assert.equal(answer.status, 400, JSON.stringify(body));
        return answer.body.message as string;
      }),
    );
    assert.match(messages[0] as string, /^Pod in version "v1" cannot be handled as a ConfigMap/);
    assert.match(messages[1] as string, /^the API version in the data \(v2\) does not match the expected API version \(v1\)/);
    assert.match(messages[2] as string, /^the namespace of the provided object does not match the namespace sent on the request/);
    assert.match(messages[6] as string, /^resourceVersion should not be set on objects to be created/);
    assert.match(messages[7] as string, /cannot be handled as a ConfigMap: json: cannot unmarshal number/);
  });

  it('refuses JSON that is too deep or bends prototypes', async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    assert.equal((await api.ask(`POST ${CMS}`, { body: deep })).status, 400);
    const bent = '{"kind":"ConfigMap","metadata":{"name":"one","labels":{"__proto__":"x"}},"__proto__":{"polluted":true}}';
    await api.ask(`POST ${CMS}`, { body: bent });
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    const kept = await api.ask(`GET ${CMS}/one`);
    assert.equal(JSON.stringify(kept.body ?? {}).includes('polluted'), false);
  });

  it('refuses a body that is too long', async () => {
    const { status, body } = await api.ask(`POST ${CMS}`, { body: configMap('one', { a: 'x'.repeat(3 * 1024 * 1024) }) });
    assert.equal(status, 413);
    assert.equal(body.reason, 'RequestEntityTooLarge');
  });

  it('needs a namespace that is there and stays', async () => {
    const missing = await api.ask('POST /api/v1/namespaces/gone/configmaps', { body: configMap('one') });
    assert.equal(missing.status, 404);
    assert.equal(missing.body.message, 'namespaces "gone" not found');
    await api.must('POST /api/v1/namespaces', { body: { metadata: { name: 'going' } } });
    const held = pod('held', { nodeName: 'n' }, { finalizers: ['example.com/hold'] });
    await api.must('POST /api/v1/namespaces/going/pods', { body: held });
    await api.must('DELETE /api/v1/namespaces/going');
    const { status, body } = await api.ask('POST /api/v1/namespaces/going/configmaps', { body: configMap('one') });
    assert.equal(status, 403);
    assert.equal(
      body.message,
      'configmaps "one" is forbidden: unable to create new content in namespace going because it is being terminated',
    );
    assert.equal(body.details.causes[0].reason, 'NamespaceTerminating');
  });

  it('says that no controllers run here', async () => {
    const { status, body } = await api.ask('POST /apis/apps/v1/namespaces/default/deployments', { body: {} });
    assert.equal(status, 405);
    assert.equal(body.reason, 'MethodNotAllowed');
    assert.match(body.message, /^create is not supported on resources of kind "deployments\.apps": hooklet runs no controllers/);
    assert.deepEqual((await api.must('GET /apis/apps/v1/deployments')).items, []);
  });

  it('takes no POST where an object is named, nor a PUT where none is', async () => {
    assert.equal((await api.ask(`POST ${CMS}/one`, { body: configMap('one') })).status, 405);
    assert.equal((await api.ask(`PUT ${CMS}`, { body: configMap('one') })).status, 405);
    assert.equal((await api.ask('POST /api/v1/pods', { body: pod('p') })).status, 405);
    assert.equal((await api.ask(`TRACE ${PODS}`)).status, 405);
  });
});
