import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { openApiStage } from '../../test/scenarios/api-stage.ts';
import type { MemoryObjectStore } from '../fakes/memory-object-store.ts';
import { LocalPodSource } from '../kubelet/local-pod-source.ts';
import type { Pod, PodSpec } from '../model/pod.ts';
import { hasCode } from '../ports/hooklet-error.ts';
import { podObjectsContract } from '../ports/pod-objects.contract.ts';
import { objectReferences } from './object-references.ts';
import { ObjectsFromApi } from './objects-from-api.ts';

const podOf = (spec: object, namespace = 'shop'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace, uid: 'u' },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [], ...spec } as PodSpec,
});
const using = (configMap: string, secret = 's'): Pod =>
  podOf({
    volumes: [
      { name: 'c', configMap: { name: configMap } },
      { name: 's', secret: { secretName: secret } },
    ],
  });

async function open(t: TestContext) {
  const stage = await openApiStage(t);
  await stage.server.must('POST /api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } } });
  const pods = new LocalPodSource();
  const objects = new ObjectsFromApi({ ...stage.ground, pods });
  objects.start();
  await stage.server.clock.settle();
  stage.api.requests.length = 0;
  t.after(() => objects.stop());
  const path = (kind: string, name = ''): string => `/api/v1/namespaces/shop/${kind}${name === '' ? '' : `/${name}`}`;
  const set = async (kind: 'configmaps' | 'secrets', name: string, object: object | undefined): Promise<void> => {
    const body = { apiVersion: 'v1', kind: kind === 'secrets' ? 'Secret' : 'ConfigMap', metadata: { name }, ...object };
    if (object === undefined) await stage.server.must(`DELETE ${path(kind, name)}`);
    else if ((await stage.server.ask(`PUT ${path(kind, name)}`, { body })).status === 404)
      await stage.server.must(`POST ${path(kind)}`, { body });
    await stage.server.clock.settle();
  };
  return { ...stage, pods, objects, set };
}

const base64 = (all: Iterable<readonly [string, Uint8Array]>): object =>
  Object.fromEntries([...all].map(([key, bytes]) => [key, Buffer.from(bytes).toString('base64')]));

podObjectsContract('ObjectsFromApi', async (t) => {
  const { server, objects, pods, set } = await open(t);
  pods.put(using('c'));
  await server.clock.settle();
  return {
    objects,
    setConfigMap: (_namespace, name, data) =>
      set('configmaps', name, data === undefined ? undefined : { data: Object.fromEntries(data.texts), binaryData: base64(data.bytes) }),
    setSecret: (_namespace, name, data) => set('secrets', name, data === undefined ? undefined : { data: base64(data) }),
  };
});

describe('ObjectsFromApi', () => {
  it('asks for what no Pod names when it is wanted, and keeps nothing of it', async (t) => {
    const { objects, api, set } = await open(t);
    await set('configmaps', 'c', { data: { a: '1' } });
    assert.equal((await objects.configMap('shop', 'c'))?.texts.get('a'), '1');
    await set('configmaps', 'c', { data: { a: '2' } });
    assert.equal((await objects.configMap('shop', 'c'))?.texts.get('a'), '2');
    assert.deepEqual([api.watches, api.requests.length], [1, 2]);
  });

  it('watches each object that a Pod names, alone, and no longer than that', async (t) => {
    const { objects, pods, server, api, set } = await open(t);
    await set('configmaps', 'c', { data: { a: '1' } });
    pods.put(using('c'));
    await server.clock.settle();
    assert.deepEqual(
      api.requests.map(({ path, query }) => `${path} ${query?.['fieldSelector']}`),
      ['/api/v1/namespaces/shop/configmaps metadata.name=c', '/api/v1/namespaces/shop/secrets metadata.name=s'],
    );
    assert.equal((await objects.configMap('shop', 'c'))?.texts.get('a'), '1');
    assert.deepEqual([api.watches, api.requests.length], [3, 2]);
    pods.put(using('d'));
    await server.clock.settle();
    assert.equal(api.watches, 3);
    pods.removed('u');
    await server.clock.settle();
    assert.equal(api.watches, 1);
  });

  it('serviceEnv() tells the services there are, and rejects before they were seen', async (t) => {
    const { objects, server, ground } = await open(t);
    const spec = { clusterIP: '10.96.0.7', ports: [{ port: 80 }] };
    await server.must('POST /api/v1/namespaces/shop/services', {
      body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec },
    });
    await server.clock.settle();
    assert.equal((await objects.serviceEnv('shop', true)).get('WEB_SERVICE_HOST'), '10.96.0.7');
    assert.equal((await objects.serviceEnv('default', true)).size, 0);
    const unread = new ObjectsFromApi({ ...ground, pods: new LocalPodSource() });
    await assert.rejects(unread.serviceEnv('shop', true), (error) => hasCode(error, 'apiUnavailable'));
  });

  it('gives what it saw last while the API does not answer, and says so where it saw nothing', async (t) => {
    const { objects, pods, server, api, set } = await open(t);
    await set('secrets', 's', { data: { a: 'MQ==' } });
    pods.put(using('c'));
    await server.clock.settle();
    api.setDown(true);
    await server.clock.advance(60_000);
    assert.equal(Buffer.from((await objects.secret('shop', 's'))?.get('a') ?? []).toString(), '1');
    assert.equal(await objects.configMap('shop', 'c'), undefined);
    await assert.rejects(objects.secret('shop', 'other'), (error) => hasCode(error, 'apiUnavailable'));
  });

  it('tells of a change that was made while the watch was broken', async (t) => {
    const { objects, pods, server, api, set } = await open(t);
    pods.put(using('c'));
    await server.clock.settle();
    const told: string[] = [];
    objects.onChange(({ kind, name }) => told.push(`${kind} ${name}`));
    api.setDown(true);
    await set('configmaps', 'c', { data: { a: '1' } });
    (server.store as MemoryObjectStore).compact(0);
    api.setDown(false);
    await server.clock.advance(60_000);
    assert.deepEqual(told, ['ConfigMap c']);
  });

  it('what is no name is that of nothing, and never becomes a path', async (t) => {
    const { objects, pods, server, api } = await open(t);
    for (const name of ['..', 'a/b', '../../nodes/x', '__proto__', 'A', '']) {
      assert.equal(await objects.configMap('shop', name), undefined);
      assert.equal(await objects.secret(name, 'a'), undefined);
      pods.put(using(name, name));
    }
    await server.clock.settle();
    await assert.rejects(
      objects.serviceAccountToken({
        namespace: 'shop',
        serviceAccount: '../x',
        audience: '',
        expirationSeconds: 600,
        pod: { name: 'w', uid: 'u' },
      }),
      (error) => hasCode(error, 'badInput'),
    );
    assert.deepEqual(api.requests, []);
  });
});

describe('ObjectsFromApi.serviceAccountToken()', () => {
  const request = {
    namespace: 'default',
    serviceAccount: 'default',
    audience: 'vault',
    expirationSeconds: 7200,
    pod: { name: 'web', uid: '' },
  };

  it('asks for a token that is bound to the Pod, and tells until when it is good', async (t) => {
    const orders: unknown[] = [];
    const stage = await openApiStage(t, {
      parts: {
        access: {
          authenticator: { authenticate: () => ({ username: 'admin', groups: [] }) },
          authorizer: { authorize: () => ({ allowed: true }) },
          tokenIssuer: {
            issue: async (order) => {
              orders.push([order.namespace, order.serviceAccount, order.audiences, order.expirationSeconds, order.boundTo]);
              return { token: 'signed', expirationTimestamp: '2030-01-01T01:00:00Z', audiences: order.audiences };
            },
          },
        },
      },
    });
    await stage.server.must('POST /api/v1/namespaces/default/serviceaccounts', {
      body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'builder' } },
    });
    const { uid } = (await stage.bound('web')).metadata;
    const objects = new ObjectsFromApi({ ...stage.ground, pods: new LocalPodSource() });
    const token = await objects.serviceAccountToken({ ...request, serviceAccount: 'builder', pod: { name: 'web', uid } });
    assert.deepEqual(token, { token: 'signed', expiresAtMs: Date.UTC(2030, 0, 1, 1) });
    assert.deepEqual(orders, [['default', 'builder', ['vault'], 7200, { apiVersion: 'v1', kind: 'Pod', name: 'web', uid }]]);
  });

  it('rejects with the server’s words', async (t) => {
    const { objects } = await open(t);
    await assert.rejects(
      objects.serviceAccountToken({ ...request, serviceAccount: 'nobody' }),
      (error) =>
        hasCode(error, 'apiRefused') &&
        error.message === 'the request for a token of "default/nobody" was answered with 404: serviceaccounts "nobody" not found',
    );
  });
});

describe('objectReferences()', () => {
  it('names every place in which a Pod names an object', () => {
    const pod = podOf({
      initContainers: [{ name: 'i', envFrom: [{ configMapRef: { name: 'a' } }, { secretRef: { name: 'b' } }] }],
      containers: [
        {
          name: 'm',
          env: [
            { name: 'x', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
            { name: 'y', valueFrom: { secretKeyRef: { name: 'd', key: 'k' } } },
            { name: 'z', value: '1' },
          ],
        },
      ],
      volumes: [
        { name: 'v', configMap: { name: 'e' } },
        { name: 'w', secret: { secretName: 'f' } },
        { name: 'p', projected: { sources: [{ configMap: { name: 'g' } }, { secret: { name: 'h' } }, { downwardAPI: {} }] } },
        { name: 'q', emptyDir: {} },
        { name: 'r', configMap: {} },
      ],
    });
    assert.deepEqual(
      objectReferences(pod).map(({ kind, name, namespace }) => `${kind} ${namespace}/${name}`),
      ['a ConfigMap', 'b Secret', 'c ConfigMap', 'd Secret', 'e ConfigMap', 'f Secret', 'g ConfigMap', 'h Secret'].map((text) => {
        const [name, kind] = text.split(' ');
        return `${kind} shop/${name}`;
      }),
    );
  });
});
