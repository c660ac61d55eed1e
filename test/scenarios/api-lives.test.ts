import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Script } from '../../src/fakes/scripted-programs.ts';
import { ApiScenario } from './api-scenario.ts';
import { PODS } from './api-stage.ts';
import { checkHistory } from './check-history.ts';

const container = (more: object = {}): object => ({ name: 'main', image: 'localhost/hooklet/base:1', ...more });
const HOOKS = { lifecycle: { postStart: { exec: { command: ['hello'] } }, preStop: { exec: { command: ['drain'] } } } };
/** Hooks of 1 s and 3 s; the program ends 500 ms after SIGTERM. */
const POLITE: Script = {
  program: () => ({ onSignal: { SIGTERM: { afterMs: 500, exitCode: 0 } } }),
  exec: ([name]) => ({ takesMs: name === 'hello' ? 1000 : 3000 }),
};

async function open(t: TestContext, script: Script = POLITE): Promise<ApiScenario> {
  const scenario = await ApiScenario.open(t, script);
  await scenario.start();
  return scenario;
}

const uidOf = async (scenario: ApiScenario, name: string): Promise<string> => (await scenario.stage.pod(name)).metadata.uid;

describe('a Pod’s whole life in the API', () => {
  it('from kubectl’s create to its delete, as watchers see it', async (t) => {
    const scenario = await open(t);
    await scenario.create('web', { containers: [container(HOOKS)] });
    await scenario.clock.advance(2000);
    const { spec, status } = await scenario.stage.pod('web');
    assert.deepEqual([spec.nodeName, status.phase, status.hostIP, status.podIP !== undefined], ['node', 'Running', '192.0.2.1', true]);
    assert.deepEqual(
      status.conditions.map(({ type, status: is }: { type: string; status: string }) => `${type}=${is}`),
      ['PodReadyToStartContainers=True', 'Initialized=True', 'Ready=True', 'ContainersReady=True', 'PodScheduled=True'],
    );
    await scenario.delete('web', 20);
    await scenario.clock.advance(2000);
    assert.ok((await scenario.stage.pod('web')).status.containerStatuses[0].state.running !== undefined);
    await scenario.clock.advance(5000);
    assert.equal(await scenario.stage.pod('web'), undefined);
    const sequence = await scenario.sequence();
    assert.equal(sequence[0], 'ADDED web Pending Ready=-');
    assert.ok(sequence.includes('MODIFIED web Running main=running Ready=True'));
    // lifecycle.md 9.2; hooklet shows the end of a container as soon as it knows of it.
    assert.deepEqual(sequence.slice(-5), [
      'MODIFIED web Running main=running Ready=True grace=20',
      'MODIFIED web Running main=terminated Ready=False grace=20',
      'MODIFIED web Succeeded main=terminated Ready=False grace=20',
      'MODIFIED web Succeeded main=terminated Ready=False grace=0',
      'DELETED web Succeeded main=terminated Ready=False grace=0',
    ]);
    assert.deepEqual(await scenario.events('web'), ['Normal Pulled x1', 'Normal Created x1', 'Normal Started x1', 'Normal Killing x1']);
    assert.deepEqual([checkHistory(scenario.journal.records), scenario.journal.openPods()], [[], []]);
  });

  it('a Pod that ends by itself stays to be looked at, also for the next agent, and goes when it is deleted', async (t) => {
    const scenario = await open(t, { program: () => ({ endsAfterMs: 1000, exitCode: 3 }) });
    await scenario.create('job', { restartPolicy: 'Never', containers: [container()] });
    await scenario.clock.advance(3000);
    assert.equal((await scenario.stage.pod('job')).status.phase, 'Failed');
    await scenario.kill();
    await scenario.start();
    await scenario.clock.advance(60_000);
    const { status } = await scenario.stage.pod('job');
    assert.deepEqual(
      [status.phase, status.containerStatuses[0].restartCount, status.containerStatuses[0].state.terminated.exitCode],
      ['Failed', 0, 3],
    );
    assert.deepEqual(
      scenario.journal.records.filter(({ type }) => type === 'pod.deleting'),
      [],
    );
    await scenario.delete('job');
    await scenario.clock.advance(5000);
    assert.deepEqual([await scenario.stage.pod('job'), scenario.journal.openPods()], [undefined, []]);
  });

  it('a second delete with less grace counts at once, in the middle of preStop', async (t) => {
    const scenario = await open(t, { ...POLITE, exec: () => ({}) });
    await scenario.create('web', { containers: [container({ lifecycle: { preStop: { exec: { command: ['hang'] } } } })] });
    await scenario.clock.advance(1000);
    await scenario.delete('web', 300);
    await scenario.clock.advance(5000);
    await scenario.delete('web', 6);
    await scenario.clock.advance(4000);
    assert.equal(await scenario.stage.pod('web'), undefined);
  });

  it('--force: the object is gone at once, what runs has a second, and a new Pod of that name runs beside it', async (t) => {
    const scenario = await open(t, { ...POLITE, program: () => ({ onSignal: { SIGTERM: 'ignored' } }) });
    await scenario.create('web', { containers: [container(HOOKS)] });
    await scenario.clock.advance(2000);
    const first = await uidOf(scenario, 'web');
    await scenario.delete('web', 0);
    assert.equal(await scenario.stage.pod('web'), undefined);
    await scenario.create('web', { containers: [container()] });
    await scenario.clock.advance(10_000);
    const { metadata, status } = await scenario.stage.pod('web');
    assert.deepEqual([metadata.uid === first, status.phase], [false, 'Running']);
    const ofFirst = scenario.journal.records.filter(({ uid }) => uid === first);
    assert.deepEqual(
      ofFirst
        .filter(({ type }) => ['pod.deleting', 'pod.removed'].includes(type))
        .map((record) => ('graceSeconds' in record ? record.graceSeconds : record.type)),
      [1, 'pod.removed'],
    );
    assert.equal(
      scenario.api.writes.some((write) => write.startsWith('DELETE')),
      false,
    );
    assert.deepEqual((await scenario.sequence()).filter((line) => /grace=0|DELETED/.test(line)).length, 2);
  });

  it('with a finalizer the object stays, and nothing is started again', async (t) => {
    const scenario = await open(t);
    await scenario.create('web', { containers: [container()] }, { finalizers: ['example.com/hold'] });
    await scenario.clock.advance(2000);
    await scenario.delete('web', 5);
    await scenario.clock.advance(10_000);
    await scenario.kill();
    await scenario.start();
    await scenario.clock.advance(60_000);
    const { status, metadata } = await scenario.stage.pod('web');
    assert.deepEqual([status.phase, metadata.deletionGracePeriodSeconds, scenario.journal.openPods()], ['Succeeded', 0, []]);
    const started = scenario.journal.records.filter(({ type }) => type === 'container.started');
    assert.equal(started.length, 1);
    await scenario.stage.server.must(`PATCH ${PODS}/web`, {
      body: { metadata: { finalizers: null } },
      type: 'application/merge-patch+json',
    });
    assert.equal(await scenario.stage.pod('web'), undefined);
  });

  it('is configured from objects that come later, and told when they change', async (t) => {
    const scenario = await open(t);
    const env = [{ name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } }];
    await scenario.create('web', { containers: [container({ env })] });
    await scenario.clock.advance(2000);
    assert.equal((await scenario.stage.pod('web')).status.containerStatuses[0].state.waiting.reason, 'CreateContainerConfigError');
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { mode: 'calm' } };
    await scenario.stage.server.must('POST /api/v1/namespaces/default/configmaps', { body });
    await scenario.clock.advance(15_000);
    assert.equal((await scenario.stage.pod('web')).status.phase, 'Running');
  });

  it('waits for a node that has room, and says so', async (t) => {
    const scenario = await open(t);
    const resources = { requests: { cpu: '3' } };
    await scenario.create('a', { containers: [container({ resources })] });
    await scenario.create('b', { containers: [container({ resources })] });
    await scenario.clock.advance(2000);
    const { status } = await scenario.stage.pod('b');
    assert.match(status.conditions[0].message, /^0\/1 nodes are available: 1 Insufficient cpu\. /);
    await scenario.delete('a', 1);
    await scenario.clock.advance(5000);
    assert.equal((await scenario.stage.pod('b')).status.phase, 'Running');
  });
});

describe('a Pod in the API while no agent runs', () => {
  it('that was deleted meanwhile ends gracefully under the next agent', async (t) => {
    const scenario = await open(t);
    await scenario.create('web', { containers: [container(HOOKS)] });
    await scenario.clock.advance(2000);
    await scenario.kill();
    await scenario.delete('web', 30);
    await scenario.clock.advance(5000);
    await scenario.start();
    await scenario.clock.advance(10_000);
    assert.equal(await scenario.stage.pod('web'), undefined);
    const hooks = scenario.journal.records.filter((record) => record.type === 'hook.finished');
    assert.deepEqual(
      hooks.map((record) => ('hook' in record ? `${record.hook} ${record.outcome}` : '')),
      ['postStart succeeded', 'preStop succeeded'],
    );
  });

  it('that was deleted by force meanwhile ends gracefully too: nobody names it, but it runs', async (t) => {
    const scenario = await open(t);
    await scenario.create('web', { containers: [container(HOOKS)], terminationGracePeriodSeconds: 42 });
    await scenario.clock.advance(2000);
    await scenario.kill();
    await scenario.delete('web', 0);
    await scenario.start();
    await scenario.clock.advance(10_000);
    const deleting = scenario.journal.records.flatMap((record) => (record.type === 'pod.deleting' ? [record.graceSeconds] : []));
    assert.deepEqual([deleting, scenario.journal.openPods()], [[42], []]);
    assert.ok(scenario.journal.records.some((record) => record.type === 'hook.finished' && record.hook === 'preStop'));
  });

  it('that was created and deleted meanwhile was never there', async (t) => {
    const scenario = await open(t);
    await scenario.kill();
    await scenario.create('web', { containers: [container()] });
    assert.equal((await scenario.stage.pod('web')).spec.nodeName, 'node');
    await scenario.delete('web', 30);
    await scenario.start();
    await scenario.clock.advance(10_000);
    assert.equal(await scenario.stage.pod('web'), undefined);
    assert.equal(
      scenario.journal.records.some(({ type }) => type === 'container.created'),
      false,
    );
  });
});

describe('an API that does not answer', () => {
  it('stops nothing that runs; what happened meanwhile is told when it answers', async (t) => {
    const scenario = await open(t, { program: (_name, restarts) => (restarts === 0 ? { endsAfterMs: 30_000, exitCode: 1 } : {}) });
    await scenario.create('web', { containers: [container()] });
    await scenario.clock.advance(2000);
    scenario.api.setDown(true);
    await scenario.clock.advance(120_000);
    assert.equal((await scenario.stage.pod('web')).status.containerStatuses[0].restartCount, 0);
    scenario.api.setDown(false);
    await scenario.clock.advance(40_000);
    const { restartCount, state } = (await scenario.stage.pod('web')).status.containerStatuses[0];
    assert.deepEqual([restartCount, Object.keys(state)], [1, ['running']]);
    assert.deepEqual(await scenario.eventsOfApi(), scenario.eventsOfJournal());
  });

  it('at the start of an agent stops nothing either: what is wanted is not known', async (t) => {
    const scenario = await open(t);
    await scenario.create('web', { containers: [container()] });
    await scenario.clock.advance(2000);
    await scenario.kill();
    const starting = scenario.start();
    scenario.api.setDown(true);
    await scenario.clock.advance(120_000);
    assert.equal(
      scenario.journal.records.some(({ type }) => type === 'pod.deleting'),
      false,
    );
    scenario.api.setDown(false);
    await scenario.clock.advance(60_000);
    await starting;
    await scenario.delete('web', 5);
    await scenario.clock.advance(5000);
    assert.equal(await scenario.stage.pod('web'), undefined);
  });
});
