import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { openApiStage } from '../../test/scenarios/api-stage.ts';
import { NodeLease } from './node-lease.ts';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/worker';

async function open(t: TestContext) {
  const stage = await openApiStage(t);
  const lease = new NodeLease({ ...stage.ground, nodeName: 'worker' });
  t.after(() => lease.stop());
  const renewed = async (): Promise<unknown> => (await stage.server.ask(`GET ${LEASE}`)).body?.spec?.renewTime;
  return { ...stage, lease, renewed };
}

describe('NodeLease', () => {
  it('makes the lease, good for 40 s, and renews it every 10 s', async (t) => {
    const { server, lease, renewed, api } = await open(t);
    lease.start();
    await server.clock.settle();
    const { spec, metadata } = await server.must(`GET ${LEASE}`);
    assert.deepEqual(spec, { holderIdentity: 'worker', leaseDurationSeconds: 40, renewTime: '2030-01-01T00:00:00.000000Z' });
    assert.equal(metadata.ownerReferences, undefined);
    await server.clock.advance(9_999);
    assert.equal(await renewed(), '2030-01-01T00:00:00.000000Z');
    await server.clock.advance(20_001);
    assert.equal(await renewed(), '2030-01-01T00:00:30.000000Z');
    assert.deepEqual(
      api.writes.map((write) => write.split(' ')[0]),
      ['POST', 'PUT', 'PUT', 'PUT'],
    );
  });

  it('belongs to its Node once there is one', async (t) => {
    const { server, lease } = await open(t);
    lease.start();
    await server.clock.settle();
    const { metadata } = await server.must('POST /api/v1/nodes', {
      body: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker' } },
    });
    await server.clock.advance(10_000);
    assert.deepEqual((await server.must(`GET ${LEASE}`)).metadata.ownerReferences, [
      { apiVersion: 'v1', kind: 'Node', name: 'worker', uid: metadata.uid },
    ]);
  });

  it('goes on after an outage, a delete and a write of somebody else', async (t) => {
    const { server, lease, renewed, api } = await open(t);
    lease.start();
    await server.clock.advance(5000);
    api.setDown(true);
    await server.clock.advance(300_000);
    api.setDown(false);
    await server.clock.advance(7000);
    assert.ok(Date.parse(String(await renewed())) > Date.UTC(2030, 0, 1, 0, 5));
    await server.must(`DELETE ${LEASE}`);
    await server.clock.advance(10_200);
    assert.ok(Date.parse(String(await renewed())) > Date.UTC(2030, 0, 1, 0, 5, 10));
    await server.must(`PATCH ${LEASE}`, { body: { metadata: { labels: { a: 'b' } } }, type: 'application/merge-patch+json' });
    await server.clock.advance(10_200);
    const { metadata, spec } = await server.must(`GET ${LEASE}`);
    assert.deepEqual([metadata.labels, Date.parse(spec.renewTime) > Date.UTC(2030, 0, 1, 0, 5, 20)], [{ a: 'b' }, true]);
  });
});
