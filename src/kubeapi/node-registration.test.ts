import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Json } from '../../test/apiserver/test-api.ts';
import { type ApiStage, openApiStage } from '../../test/scenarios/api-stage.ts';
import type { NodeFacts } from '../ports/node-facts.ts';
import { NodeRegistration } from './node-registration.ts';
import type { NodeDescription, NodeHealth } from './node-status.ts';

const FACTS: NodeFacts = {
  operatingSystem: 'linux',
  architecture: 'amd64',
  kernelVersion: '6.1.0-18-amd64',
  osImage: 'Debian GNU/Linux 12 (bookworm)',
  machineID: 'm',
  systemUUID: 's',
  bootID: 'b',
  cpus: 4,
  memoryBytes: 8 * 2 ** 30,
  ephemeralStorageBytes: 100_000_000,
};
const DESCRIPTION: NodeDescription = {
  name: 'worker',
  facts: FACTS,
  addresses: ['192.0.2.1', 'fd00::1'],
  containerRuntimeVersion: 'containerd://1.6.20',
  version: '0.2.0',
};
const NODE = '/api/v1/nodes/worker';

interface Stage extends ApiStage {
  health: NodeHealth;
  readonly registration: NodeRegistration;
  node(): Promise<Json>;
}

async function open(t: TestContext, description: Partial<NodeDescription> = {}): Promise<Stage> {
  const stage = await openApiStage(t);
  const node = { ...DESCRIPTION, ...description };
  const registration = new NodeRegistration({ ...stage.ground, node, health: () => opened.health });
  const opened: Stage = {
    ...stage,
    health: { journalIsWritable: true },
    registration,
    node: async () => (await stage.server.ask(`GET ${NODE}`)).body,
  };
  t.after(() => registration.stop());
  registration.start();
  await stage.server.clock.settle();
  return opened;
}

const conditionOf = (node: Json, type: string): Json => node.status.conditions.find((one: Json) => one.type === type);
const patches = ({ api }: Stage): number => api.writes.filter((write) => write.startsWith('PATCH')).length;

describe('NodeRegistration', () => {
  it('registers this machine with all it knows of it', async (t) => {
    const { node, registration } = await open(t, { labels: { rack: '7' }, kubeletPort: 10250 });
    await registration.registered;
    const { metadata, status, spec } = await node();
    assert.deepEqual(metadata.labels, {
      rack: '7',
      'beta.kubernetes.io/arch': 'amd64',
      'beta.kubernetes.io/os': 'linux',
      'kubernetes.io/arch': 'amd64',
      'kubernetes.io/hostname': 'worker',
      'kubernetes.io/os': 'linux',
    });
    const resources = { cpu: '4', 'ephemeral-storage': '97656Ki', memory: '8Gi', pods: '110' };
    assert.deepEqual([status.capacity, status.allocatable, spec.taints], [resources, resources, undefined]);
    assert.deepEqual(status.addresses, [
      { type: 'InternalIP', address: '192.0.2.1' },
      { type: 'InternalIP', address: 'fd00::1' },
      { type: 'Hostname', address: 'worker' },
    ]);
    assert.deepEqual(status.daemonEndpoints, { kubeletEndpoint: { Port: 10250 } });
    const { kubeletVersion, containerRuntimeVersion, osImage, kernelVersion } = status.nodeInfo;
    assert.deepEqual(
      [kubeletVersion, containerRuntimeVersion, osImage, kernelVersion],
      ['v1.36.0+hooklet.0.2.0', 'containerd://1.6.20', 'Debian GNU/Linux 12 (bookworm)', '6.1.0-18-amd64'],
    );
    assert.deepEqual(
      status.conditions.map(({ type, status: is, reason }: Json) => `${type} ${is} ${reason}`),
      [
        'MemoryPressure False KubeletHasSufficientMemory',
        'DiskPressure False KubeletHasNoDiskPressure',
        'PIDPressure False KubeletHasSufficientPID',
        'JournalUnwritable False JournalIsWritten',
        'Ready True KubeletReady',
      ],
    );
  });

  it('writes every 5 min while nothing changes', async (t) => {
    const stage = await open(t);
    await stage.server.clock.advance(295_000);
    assert.equal(patches(stage), 0);
    await stage.server.clock.advance(10_000);
    assert.equal(patches(stage), 1);
    await stage.server.clock.advance(3_000_000);
    assert.equal(patches(stage), 11);
    const ready = conditionOf(await stage.node(), 'Ready');
    assert.equal(ready.lastTransitionTime, '2030-01-01T00:00:00Z');
    assert.ok(Date.parse(ready.lastHeartbeatTime) >= Date.UTC(2030, 0, 1, 0, 50));
  });

  it('tells a runtime that does not answer, and a journal that cannot be written, at once', async (t) => {
    const stage = await open(t);
    await stage.server.clock.advance(60_000);
    stage.health = { runtimeProblem: 'container runtime is down', journalIsWritable: false };
    stage.registration.healthChanged();
    await stage.server.clock.settle();
    const node = await stage.node();
    const { status, reason, message, lastTransitionTime } = conditionOf(node, 'Ready');
    assert.deepEqual(
      [status, reason, message, lastTransitionTime],
      ['False', 'KubeletNotReady', 'container runtime is down', '2030-01-01T00:01:00Z'],
    );
    assert.equal(conditionOf(node, 'JournalUnwritable').status, 'True');
    assert.equal(conditionOf(node, 'DiskPressure').lastTransitionTime, '2030-01-01T00:00:00Z');
    stage.health = { journalIsWritable: true };
    await stage.server.clock.advance(10_000);
    assert.equal(conditionOf(await stage.node(), 'Ready').status, 'True');
  });

  it('puts right within 10 s what is its own, and leaves what is others’', async (t) => {
    const stage = await open(t);
    const merge = { type: 'application/merge-patch+json' };
    const taints = [{ key: 'a', value: 'b', effect: 'NoSchedule' }];
    const metadata = { labels: { mine: '1', 'kubernetes.io/hostname': 'other' } };
    await stage.server.must(`PATCH ${NODE}`, { body: { metadata, spec: { unschedulable: true, taints } }, ...merge });
    const capacity = { 'example.com/gpu': '2', memory: '1Gi' };
    const status = {
      capacity,
      addresses: [{ type: 'ExternalIP', address: '203.0.113.9' }],
      conditions: [{ type: 'NetworkUnavailable', status: 'False' }],
    };
    await stage.server.must(`PATCH ${NODE}/status`, { body: { status }, type: 'application/strategic-merge-patch+json' });
    await stage.server.clock.advance(10_000);
    const node = await stage.node();
    assert.deepEqual([node.metadata.labels['mine'], node.metadata.labels['kubernetes.io/hostname']], ['1', 'worker']);
    assert.deepEqual([node.spec.unschedulable, node.spec.taints], [true, taints]);
    assert.deepEqual([node.status.capacity['example.com/gpu'], node.status.capacity.memory], ['2', '8Gi']);
    assert.deepEqual(
      node.status.addresses.map(({ type }: Json) => type),
      ['InternalIP', 'InternalIP', 'Hostname'],
    );
    assert.equal(conditionOf(node, 'NetworkUnavailable').status, 'False');
    assert.equal(patches(stage), 2);
    await stage.server.clock.advance(60_000);
    assert.equal(patches(stage), 2);
  });

  it('comes back when somebody deleted it', async (t) => {
    const { server, node } = await open(t);
    await server.must(`DELETE ${NODE}`);
    await server.clock.advance(10_000);
    assert.equal((await node()).kind, 'Node');
  });

  it('takes over the Node of an earlier life, and is tried until the API takes it', async (t) => {
    const stage = await openApiStage(t);
    await stage.server.must('POST /api/v1/nodes', { body: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker' } } });
    stage.api.setDown(true);
    const registration = new NodeRegistration({ ...stage.ground, node: DESCRIPTION, health: () => ({ journalIsWritable: true }) });
    registration.start();
    t.after(() => registration.stop());
    await stage.server.clock.advance(600_000);
    stage.api.setDown(false);
    await stage.server.clock.advance(10_000);
    await registration.registered;
    const node = await stage.server.must(`GET ${NODE}`);
    assert.deepEqual([node.metadata.labels['kubernetes.io/os'], conditionOf(node, 'Ready').status], ['linux', 'True']);
  });
});
