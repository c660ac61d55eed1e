import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Json, openTestApi, PODS, pod, type TestApi } from '../../../test/apiserver/test-api.ts';
import type { TokenOrder } from '../token-issuer.ts';

describe('the API', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
  });
  afterEach(() => api.close());

  const post = (path: string, body: object) => api.ask(`POST ${path}`, { body });

  describe('keeps Secrets', () => {
    const path = '/api/v1/namespaces/default/secrets';

    it('with the texts of stringData encoded', async () => {
      const { body } = await post(path, { metadata: { name: 's' }, data: { a: 'YQ==' }, stringData: { b: 'β' } });
      assert.deepEqual(body.data, { a: 'YQ==', b: Buffer.from('β').toString('base64') });
      assert.equal(body.stringData, undefined);
      assert.equal(body.type, 'Opaque');
    });

    it('with what their type needs, and of one type for ever', async () => {
      assert.match(
        (await post(path, { metadata: { name: 's' }, type: 'kubernetes.io/tls', data: {} })).body.message,
        /data\[tls\.crt\]: Required value/,
      );
      const broken = {
        metadata: { name: 's' },
        type: 'kubernetes.io/dockerconfigjson',
        stringData: { '.dockerconfigjson': 'secret text' },
      };
      const { body } = await post(path, broken);
      assert.match(body.message, /must be a JSON object/);
      assert.doesNotMatch(body.message, /secret text/);
      const made = await post(path, { metadata: { name: 's' } });
      const other = await api.ask(`PUT ${path}/s`, { body: { ...made.body, type: 'example.com/x' } });
      assert.match(other.body.message, /type: Invalid value: "example\.com\/x": field is immutable/);
    });

    it('that say so if nobody will fill them', async () => {
      const annotations = { 'kubernetes.io/service-account.name': 'default' };
      const { headers } = await post(path, { metadata: { name: 's', annotations }, type: 'kubernetes.io/service-account-token' });
      assert.match(String(headers['warning']), /hooklet fills no token into this Secret/);
    });
  });

  describe('keeps events', () => {
    const core = '/api/v1/namespaces/default/events';
    const young = '/apis/events.k8s.io/v1/namespaces/default/events';
    const regarding = { kind: 'Pod', namespace: 'default', name: 'web' };

    it('in two shapes', async () => {
      const event = {
        regarding,
        eventTime: '2030-01-01T00:00:00.000000Z',
        reportingController: 'c',
        reportingInstance: 'i',
        action: 'Act',
        reason: 'R',
        type: 'Normal',
        note: 'n',
      };
      assert.equal((await post(young, { metadata: { name: 'e' }, ...event })).status, 201);
      const seen = await api.must(`GET ${core}/e`);
      assert.deepEqual([seen.apiVersion, seen.message, seen.reportingComponent, seen.involvedObject.name], ['v1', 'n', 'c', 'web']);
      assert.deepEqual([seen.note, seen.regarding], [undefined, undefined]);
      const counted = await api.must(`PATCH ${core}/e`, { body: { count: 2 }, type: 'application/merge-patch+json' });
      assert.equal(counted.count, 2);
      assert.equal((await api.must(`GET ${young}/e`)).deprecatedCount, 2);
      assert.deepEqual((await api.must(`GET ${core}?fieldSelector=involvedObject.name%3Dweb,reason%3DR`)).items.length, 1);
      assert.deepEqual((await api.must(`GET ${young}?fieldSelector=regarding.name%3Dweb`)).items.length, 1);
      const table = await api.must(`GET ${young}`, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
      assert.equal(table.rows[0].cells[3], 'pod/web');
    });

    it('in the namespace of what they are about', async () => {
      const { status, body } = await post(core, { metadata: { name: 'e' }, involvedObject: { namespace: 'other' } });
      assert.equal(status, 422);
      assert.match(body.message, /involvedObject\.namespace: Invalid value: "other": does not match event\.namespace/);
      assert.equal((await post(young, { metadata: { name: 'e' }, regarding, eventTime: null })).status, 422);
    });

    it('for an hour', async () => {
      await post(core, { metadata: { name: 'e' }, involvedObject: regarding });
      await api.clock.advance(59 * 60_000);
      assert.equal((await api.ask(`GET ${core}/e`)).status, 200);
      await api.clock.advance(2 * 60_000);
      assert.equal((await api.ask(`GET ${core}/e`)).status, 404);
    });
  });

  it('keeps Services, and says that nothing routes to them', async () => {
    const path = '/api/v1/namespaces/default/services';
    const { status, body, headers } = await post(path, { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } });
    assert.equal(status, 201);
    assert.deepEqual(body.spec.ports, [{ port: 80, protocol: 'TCP', targetPort: 80 }]);
    assert.match(String(headers['warning']), /routes nothing to them/);
    const twice = { ports: [{ port: 80, name: 'a' }, { port: 81, name: 'a' }, { port: 0 }] };
    const wrong = await post(path, { metadata: { name: 't' }, spec: twice });
    assert.match(wrong.body.message, /Duplicate value: "a"/);
    assert.match(wrong.body.message, /spec\.ports\[2\]\.port: Invalid value: 0/);
  });

  it('keeps nodes with the status they register with, their taints checked', async () => {
    const node = { metadata: { name: 'n' }, status: { nodeInfo: { machineID: 'm' } } };
    assert.equal((await post('/api/v1/nodes', node)).body.status.nodeInfo.machineID, 'm');
    const live = await api.must('GET /api/v1/nodes/n');
    const spoken = await api.must('PUT /api/v1/nodes/n', { body: { ...live, spec: { unschedulable: true }, status: {} } });
    assert.equal(spoken.status.nodeInfo.machineID, 'm');
    const told = await api.must('PUT /api/v1/nodes/n/status', { body: { ...spoken, spec: {}, status: { nodeInfo: { machineID: 'x' } } } });
    assert.deepEqual([told.spec.unschedulable, told.status.nodeInfo.machineID], [true, 'x']);
    const taints = [
      { key: 'a', effect: 'Wish' },
      { key: '', effect: 'NoExecute' },
    ];
    const wrong = await post('/api/v1/nodes', { metadata: { name: 'o' }, spec: { taints } });
    assert.match(wrong.body.message, /spec\.taints\[0\]\.effect: Unsupported value: "Wish"/);
    assert.match(wrong.body.message, /spec\.taints\[1\]\.key: Invalid value/);
  });

  it('keeps leases, runtime classes and priority classes by their rules', async () => {
    const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
    assert.match(
      (await post(leases, { metadata: { name: 'l' }, spec: { leaseDurationSeconds: 0 } })).body.message,
      /must be greater than 0/,
    );
    const classes = '/apis/node.k8s.io/v1/runtimeclasses';
    const made = await post(classes, { metadata: { name: 'r' }, handler: 'runsc' });
    assert.match(
      (await api.ask(`PUT ${classes}/r`, { body: { ...made.body, handler: 'other' } })).body.message,
      /handler: Invalid value: "other": field is immutable/,
    );
    const priorities = '/apis/scheduling.k8s.io/v1/priorityclasses';
    assert.match(
      (await post(priorities, { metadata: { name: 'p' }, value: 2_000_000_000 })).body.message,
      /maximum allowed value of a user defined priority is 1000000000/,
    );
    assert.match((await post(priorities, { metadata: { name: 'system-mine' }, value: 1 })).body.message, /reserved for system use only/);
    assert.equal((await api.ask(`DELETE ${priorities}/system-node-critical`)).status, 403);
    assert.deepEqual(
      (await api.must(`GET ${priorities}`)).items.map(({ metadata }: Json) => metadata.name),
      ['system-cluster-critical', 'system-node-critical'],
    );
  });

  describe('answers reviews', () => {
    const access = '/apis/authorization.k8s.io/v1';
    const attributes = { verb: 'get', resource: 'pods', namespace: 'default' };

    it('of one’s own rights and of others’', async () => {
      await api.close();
      api = await openTestApi({
        authorize: ({ user, ...asked }) => ({
          allowed: user.username === 'admin' || (asked.kind === 'resource' && asked.verb === 'create'),
        }),
      });
      const own = await post(`${access}/selfsubjectaccessreviews`, { spec: { resourceAttributes: attributes } });
      assert.equal(own.status, 201);
      assert.deepEqual(own.body.status, { allowed: true });
      const other = await post(`${access}/subjectaccessreviews`, { spec: { user: 'eve', resourceAttributes: attributes } });
      assert.deepEqual(other.body.status, { allowed: false });
      const path = await post(`${access}/selfsubjectaccessreviews`, { spec: { nonResourceAttributes: { verb: 'get', path: '/metrics' } } });
      assert.equal(path.body.status.allowed, true);
      const here = await post(`${access}/namespaces/default/localsubjectaccessreviews`, {
        spec: { user: 'admin', resourceAttributes: attributes },
      });
      assert.equal(here.body.status.allowed, true);
      const rules = await post(`${access}/selfsubjectrulesreviews`, { spec: { namespace: 'default' } });
      // This authorizer decides, and cannot say by which rules.
      assert.equal(rules.body.status.incomplete, true);
    });

    it('that ask for one thing, and of somebody', async () => {
      assert.equal((await post(`${access}/selfsubjectaccessreviews`, { spec: {} })).status, 422);
      assert.equal((await post(`${access}/subjectaccessreviews`, { spec: { resourceAttributes: attributes } })).status, 422);
      const elsewhere = { spec: { user: 'a', resourceAttributes: { ...attributes, namespace: 'other' } } };
      assert.equal((await post(`${access}/namespaces/default/localsubjectaccessreviews`, elsewhere)).status, 422);
      assert.equal((await api.ask(`GET ${access}/selfsubjectaccessreviews`)).status, 405);
    });

    it('of who asks and of tokens', async () => {
      const { body } = await post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
      assert.deepEqual(body.status.userInfo, { username: 'admin', groups: ['system:masters'] });
      const token = await post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'x' } });
      assert.equal(token.body.status.authenticated, false);
    });
  });

  describe('issues tokens', () => {
    const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
    const orders: TokenOrder[] = [];
    beforeEach(async () => {
      orders.length = 0;
      await api.close();
      const tokenIssuer = {
        issue: async (order: TokenOrder) => {
          orders.push(order);
          return { token: 'signed', expirationTimestamp: '2030-01-01T01:00:00Z', audiences: ['api'] };
        },
      };
      const authenticator = { authenticate: () => ({ username: 'admin', groups: [] }) };
      api = await openTestApi({ parts: { access: { authenticator, authorizer: { authorize: () => ({ allowed: true }) }, tokenIssuer } } });
    });

    it('bound to what is there', async () => {
      const web = await api.must(`POST ${PODS}`, { body: pod('web') });
      const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'web' };
      const { status, body } = await post(path, { spec: { audiences: ['me'], expirationSeconds: 700, boundObjectRef } });
      assert.equal(status, 201);
      assert.deepEqual(body.status, { token: 'signed', expirationTimestamp: '2030-01-01T01:00:00Z' });
      const account = await api.must('GET /api/v1/namespaces/default/serviceaccounts/default');
      assert.deepEqual(orders, [
        {
          namespace: 'default',
          serviceAccount: 'default',
          serviceAccountUid: account.metadata.uid,
          audiences: ['me'],
          expirationSeconds: 700,
          boundTo: { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: web.metadata.uid },
        },
      ]);
    });

    it('but not to what is not, nor for too short a time', async () => {
      const bound = (name: string, uid = ''): object => ({ spec: { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid } } });
      await api.must(`POST ${PODS}`, { body: pod('web') });
      assert.equal((await post(path, bound('missing'))).status, 404);
      assert.equal((await post(path, bound('web', 'another'))).status, 409);
      assert.equal((await post(path, { spec: { boundObjectRef: { kind: 'Shelf', apiVersion: 'v1', name: 'x' } } })).status, 400);
      assert.equal((await post(path, { spec: { expirationSeconds: 60 } })).status, 422);
      assert.equal((await post(path.replace('/default/token', '/nobody/token'), { spec: {} })).status, 404);
      assert.deepEqual(orders, []);
    });
  });
});
