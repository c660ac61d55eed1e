import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Json, openTestApi, type TestApi } from '../../test/apiserver/test-api.ts';
import { readApiSchema } from './schema/read-api-schema.ts';

describe('discovery', () => {
  let api: TestApi;
  before(async () => {
    api = await openTestApi({ parts: { outside: { serverAddress: () => '127.0.0.1:7777' } } });
  });
  after(() => api.close());

  it('tells the versions and groups', async () => {
    assert.deepEqual(await api.must('GET /api'), {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:7777' }],
    });
    const { groups } = await api.must('GET /apis');
    assert.ok(groups.some(({ name }: Json) => name === 'coordination.k8s.io'));
    assert.deepEqual(await api.must('GET /apis/batch'), {
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: 'batch',
      versions: [{ groupVersion: 'batch/v1', version: 'v1' }],
      preferredVersion: { groupVersion: 'batch/v1', version: 'v1' },
    });
    assert.equal((await api.ask('GET /apis/example.com')).status, 404);
    assert.equal((await api.ask('GET /apis/batch/v2')).status, 404);
  });

  it('tells the resources of a version with their parts', async () => {
    const { resources, groupVersion } = await api.must('GET /api/v1');
    assert.equal(groupVersion, 'v1');
    const find = (name: string): Json => resources.find((one: Json) => one.name === name);
    assert.deepEqual(find('pods'), {
      name: 'pods',
      singularName: 'pod',
      namespaced: true,
      kind: 'Pod',
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      shortNames: ['po'],
      categories: ['all'],
    });
    assert.deepEqual(find('pods/eviction'), {
      name: 'pods/eviction',
      singularName: '',
      namespaced: true,
      group: 'policy',
      version: 'v1',
      kind: 'Eviction',
      verbs: ['create'],
    });
    assert.deepEqual(find('pods/status').verbs, ['get', 'patch', 'update']);
    assert.equal(find('serviceaccounts/token').kind, 'TokenRequest');
  });

  it('tells all at once to who asks for it, and nothing when it is known', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    const { body, headers } = await api.ask('GET /apis', { accept });
    assert.equal(headers['content-type'], 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
    assert.equal(body.kind, 'APIGroupDiscoveryList');
    const leases = body.items.find(({ metadata }: Json) => metadata.name === 'coordination.k8s.io').versions[0].resources[0];
    assert.deepEqual(leases.responseKind, { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease' });
    const etag = String(headers['etag']);
    assert.equal((await api.ask('GET /apis', { accept, headers: { 'if-none-match': etag } })).status, 304);
    const older = await api.must('GET /api', { accept: accept.replace('v=v2', 'v=v2beta1') });
    assert.equal(older.apiVersion, 'apidiscovery.k8s.io/v2beta1');
    assert.deepEqual(older.items[0].metadata, {});
    assert.equal((await api.must('GET /api', { accept: 'application/json' })).kind, 'APIVersions');
  });

  it('tells its version and its paths', async () => {
    const version = await api.must('GET /version');
    assert.equal(version.gitVersion, 'v1.36.0+hooklet.0.0.0');
    assert.equal(version.minor, '36');
    const { paths } = await api.must('GET /');
    for (const path of ['/api/v1', '/apis/batch/v1', '/openapi', '/readyz']) assert.ok(paths.includes(path), path);
  });

  it('knows the type of everything that can be written', () => {
    const schema = readApiSchema();
    for (const resource of api.core.resources.all) {
      if (resource.verbs.includes('create')) assert.ok(schema.type(resource.typeName) !== undefined, resource.typeName);
      for (const subresource of Object.values(resource.subresources ?? {})) {
        if (subresource.kind === 'call') assert.ok(schema.type(subresource.typeName) !== undefined, subresource.typeName);
      }
    }
  });

  it('describes itself for clients that check before they send', async () => {
    const { paths } = await api.must('GET /openapi/v3');
    assert.ok(paths['api/v1'] !== undefined);
    assert.equal((await api.ask('GET /openapi/v3/api/v1')).status, 200);
  });
});
