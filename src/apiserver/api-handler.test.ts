import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { CMS, configMap, openTestApi, PODS, pod, type TestApi } from '../../test/apiserver/test-api.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import type { AccessAttributes } from './access.ts';
import { MAX_BODY_BYTES } from './body.ts';
import type { ApiParts } from './open-api.ts';
import { respondText } from './respond.ts';

describe('ApiHandler', () => {
  let api: TestApi;
  afterEach(() => api.close());

  it('answers 401 to nobody, before it reads anything of the body', async () => {
    api = await openTestApi();
    let reads = 0;
    const request = { ...api.request(`POST ${CMS}`, { user: '' }), readBody: async () => Buffer.alloc(Math.min(reads++, MAX_BODY_BYTES)) };
    const { status, body } = await api.handler.handle(request);
    assert.equal(status, 401);
    assert.equal(JSON.parse(Buffer.from(body as Uint8Array).toString()).reason, 'Unauthorized');
    assert.equal(reads, 0);
  });

  it('answers 403 in upstream’s words to who may not, and does nothing', async () => {
    api = await openTestApi({ authorize: () => ({ allowed: false }) });
    const list = await api.ask(`GET ${PODS}`, { user: 'eve' });
    assert.equal(list.status, 403);
    assert.equal(list.body.message, 'pods is forbidden: User "eve" cannot list resource "pods" in API group "" in the namespace "default"');
    const one = await api.ask('DELETE /apis/scheduling.k8s.io/v1/priorityclasses/x', { user: 'eve' });
    assert.equal(
      one.body.message,
      'priorityclasses.scheduling.k8s.io "x" is forbidden: User "eve" cannot delete resource "priorityclasses" in API group "scheduling.k8s.io" at the cluster scope',
    );
    const path = await api.ask('GET /metrics', { user: 'eve' });
    assert.equal(path.body.message, 'forbidden: User "eve" cannot get path "/metrics"');
    const before = api.store.resourceVersion;
    assert.equal((await api.ask(`POST ${CMS}`, { body: configMap('one') })).status, 403);
    assert.equal(api.store.resourceVersion, before);
  });

  it('asks for the right to create a stream, also where it begins with a GET', async () => {
    const asked: AccessAttributes[] = [];
    api = await openTestApi({
      authorize: (attributes) => {
        asked.push(attributes);
        return { allowed: true };
      },
    });
    for (const [target, verb] of [
      [`GET ${PODS}/web/exec?command=sh`, 'create'],
      [`GET ${PODS}/web/attach`, 'create'],
      [`GET ${PODS}/web/portforward`, 'create'],
      [`POST ${PODS}/web/exec`, 'create'],
      [`GET ${PODS}/web/log`, 'get'],
      [`GET ${PODS}?watch=true`, 'watch'],
      [`DELETE ${PODS}`, 'deletecollection'],
    ] as const) {
      if (!target.includes('watch')) await api.ask(target);
      else (await api.watch(PODS)).stop();
      const last = asked.at(-1);
      assert.equal(last?.verb, verb, target);
    }
  });

  it('names the one object that a list or watch is limited to', async () => {
    const asked: AccessAttributes[] = [];
    api = await openTestApi({
      authorize: (attributes) => {
        asked.push(attributes);
        return { allowed: true };
      },
    });
    await api.ask(`GET ${PODS}?fieldSelector=metadata.name%3Dweb`);
    await api.ask(`GET ${PODS}?fieldSelector=metadata.name!%3Dweb`);
    await api.ask(`GET ${PODS}?fieldSelector=metadata.name%3Dweb,spec.nodeName%3Dn`);
    assert.deepEqual(
      asked.map((one) => (one.kind === 'resource' ? one.name : '')),
      ['web', '', ''],
    );
  });

  it('hands streams to who carries them, with the object they are on', async () => {
    const calls: string[] = [];
    const streams: NonNullable<ApiParts['outside']>['streams'] = {
      respond: async ({ info, object }) => {
        calls.push(`${info.subresource} ${object.metadata.name} ${info.rest}`);
        return respondText(200, 'a line\n');
      },
      upgrade: async () => {},
    };
    api = await openTestApi({ parts: { outside: { streams } } });
    await api.must(`POST ${PODS}`, { body: pod('web') });
    assert.equal((await api.ask(`GET ${PODS}/web/log`)).text, 'a line\n');
    await api.ask(`GET ${PODS}/web/proxy/a/b`);
    assert.deepEqual(calls, ['log web ', 'proxy web /a/b']);
    assert.equal((await api.ask(`GET ${PODS}/missing/log`)).status, 404);
  });

  it('answers 404 to what is nowhere, and 405 to what is not done there', async () => {
    api = await openTestApi();
    const statuses = await Promise.all(
      [
        'GET /api/v1/widgets',
        'GET /api/v2/pods',
        'GET /apis/example.com/v1/pods',
        'GET /nowhere',
        'GET /api/v1/pods/web',
        'GET /api/v1/namespaces/default/nodes',
        `GET ${PODS}/web/colour`,
        `GET ${PODS}/..%2f..%2fsecrets`,
        `POST ${PODS}/web/ephemeralcontainers`,
        'DELETE /api/v1/namespaces',
        'DELETE /version',
        `GET ${PODS}/web/binding`,
        `GET ${PODS}/web/log`,
        'GET /api/v1/namespaces/%zz/pods',
      ].map(async (target) => (await api.ask(target)).status),
    );
    assert.deepEqual(statuses, [404, 404, 404, 404, 404, 404, 404, 404, 404, 405, 405, 405, 405, 400]);
  });

  it('says that the store cannot be written, and keeps its own failures to itself', async () => {
    api = await openTestApi();
    api.store.setFull(true);
    const full = await api.ask(`POST ${CMS}`, { body: configMap('one') });
    assert.equal(full.status, 503);
    assert.equal(full.body.reason, 'ServiceUnavailable');
    api.store.setFull(false);
    const { store } = api.core;
    store.get = () => {
      throw new HookletError('hostLacks', 'disk /secret/path broke');
    };
    const failed = await api.ask(`GET ${CMS}/one`);
    assert.equal(failed.status, 500);
    assert.doesNotMatch(failed.text, /secret/);
    assert.match(api.logged.at(-1) ?? '', /disk \/secret\/path broke/);
  });

  it('answers HEAD as GET', async () => {
    api = await openTestApi();
    assert.equal((await api.ask('HEAD /api/v1/namespaces/default')).status, 200);
    assert.equal((await api.ask('HEAD /api/v1/namespaces/none')).status, 404);
  });
});
