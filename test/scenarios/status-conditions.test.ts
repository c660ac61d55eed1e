/** The phase in a new round and the conditions of `lifecycle.md` 12.2 and 12.3, and the rest of a status. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Program, Script } from '../../src/fakes/scripted-programs.ts';
import type { Container, PodSpec } from '../../src/model/pod.ts';
import type { PodCondition, PodStatus } from '../../src/model/pod-status.ts';
import { container, exec, pod, Scenario } from './scenario.ts';
import { statusOf } from './status-of.ts';

const sidecar = (name: string, more: Partial<Container> = {}): Container => container(name, { restartPolicy: 'Always', ...more });
const ends = (endsAfterMs: number, exitCode = 0): Program => ({ endsAfterMs, exitCode });
const probe = { tcpSocket: { port: 1 }, periodSeconds: 1, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 100 } as const;

async function playing(programs: Readonly<Record<string, Program>>, spec: Partial<PodSpec>, script: Script = {}): Promise<Scenario> {
  const scenario = new Scenario({ program: (name) => programs[name] ?? {}, ...script });
  await scenario.start(pod('demo', spec.containers ?? [container('main')], spec));
  return scenario;
}

/** "Type Status reason: message" */
const lineOf = ({ type, status, reason, message }: PodCondition): string =>
  [`${type} ${status}`, ...(reason === undefined ? [] : [message === undefined ? reason : `${reason}: ${message}`])].join(' ');
const lines = ({ conditions }: PodStatus): readonly string[] => conditions.map(lineOf);
const conditionOf = ({ conditions }: PodStatus, wanted: string): PodCondition | undefined => conditions.find(({ type }) => type === wanted);
const told = (type: string, more: Partial<PodCondition> = {}): PodCondition => ({
  type,
  status: 'True',
  lastProbeTime: null,
  lastTransitionTime: '2020-01-01T00:00:00Z',
  ...more,
});
const before = (...conditions: readonly PodCondition[]): PodStatus => ({ phase: 'Pending', conditions });

describe('podStatus(), conditions', () => {
  it('of a Pod that initialises, name what is missing, in the order of the spec with sidecars first', async () => {
    const initContainers = [sidecar('proxy', { startupProbe: probe }), container('setup')];
    const scenario = await playing({}, { initContainers, containers: [container('b'), container('a')] });
    deepEqual(lines(statusOf(scenario)), [
      'PodReadyToStartContainers True',
      'Initialized False ContainersNotInitialized: containers with incomplete status: [proxy setup]',
      'Ready False ContainersNotReady: containers with unready status: [proxy b a]',
      'ContainersReady False ContainersNotReady: containers with unready status: [proxy b a]',
      'PodScheduled True',
    ]);
  });

  it('of a Pod that runs are all true', async () => {
    const scenario = await playing({ setup: ends(1000) }, { initContainers: [container('setup'), sidecar('proxy')] });
    await scenario.clock.advance(5000);
    deepEqual(lines(statusOf(scenario)), [
      'PodReadyToStartContainers True',
      'Initialized True',
      'Ready True',
      'ContainersReady True',
      'PodScheduled True',
    ]);
  });

  it('of a Pod that has succeeded, and of one that has failed', async () => {
    const succeeded = await playing({ main: ends(1000) }, { restartPolicy: 'Never' });
    await succeeded.clock.advance(5000);
    deepEqual(lines(statusOf(succeeded)), [
      'PodReadyToStartContainers False',
      'Initialized True PodCompleted',
      'Ready False PodCompleted',
      'ContainersReady False PodCompleted',
      'PodScheduled True',
    ]);
    const failed = await playing({ setup: ends(1000, 1) }, { restartPolicy: 'Never', initContainers: [container('setup')] });
    await failed.clock.advance(5000);
    deepEqual(lines(statusOf(failed)), [
      'PodReadyToStartContainers False',
      'Initialized False ContainersNotInitialized: containers with incomplete status: [setup]',
      'Ready False PodFailed',
      'ContainersReady False PodFailed',
      'PodScheduled True',
    ]);
  });

  it('stay initialised when a sidecar has to be started again', async () => {
    const scenario = await playing({ proxy: ends(2000, 1) }, { initContainers: [sidecar('proxy')] });
    await scenario.clock.advance(4500);
    const status = statusOf(scenario);
    deepEqual(lines(status).slice(1, 3), ['Initialized True', 'Ready False ContainersNotReady: containers with unready status: [proxy]']);
    equal(status.phase, 'Running');
  });

  it('stay initialised, as told before, while the init containers run again in a new sandbox', async () => {
    const scenario = await playing({}, { initContainers: [container('setup')] });
    equal(conditionOf(statusOf(scenario, before(told('Initialized'))), 'Initialized')?.status, 'True');
  });

  it('wait for every readiness gate, and say which', async () => {
    const readinessGates = [{ conditionType: 'example.com/a' }, { conditionType: 'example.com/b' }];
    const scenario = await playing({}, { readinessGates });
    const half = before(told('example.com/b', { status: 'False' }));
    deepEqual(lines(statusOf(scenario, half)).slice(2), [
      'Ready False ReadinessGatesNotReady: corresponding condition of pod readiness gate "example.com/a" does not exist., ' +
        'the status of pod readiness gate "example.com/b" is not "True", but False',
      'ContainersReady True',
      'PodScheduled True',
      'example.com/b False',
    ]);
    const whole = before(told('example.com/a'), told('example.com/b'));
    equal(conditionOf(statusOf(scenario, whole), 'Ready')?.status, 'True');
  });

  it('change the time of their last transition with their status alone', async () => {
    const scenario = await playing({}, { containers: [container('main', { readinessProbe: probe })] });
    const was = before(told('Ready', { status: 'False', reason: 'Other' }), told('ContainersReady'));
    const status = statusOf(scenario, was);
    deepEqual(
      [conditionOf(status, 'Ready'), conditionOf(status, 'ContainersReady')].map((one) => one?.lastTransitionTime),
      ['2020-01-01T00:00:00Z', '2030-01-01T00:00:00Z'],
    );
    equal(conditionOf(status, 'Ready')?.reason, 'ContainersNotReady');
  });

  it('of others are kept as they are, after those of the node', async () => {
    const foreign = told('example.com/gate', { status: 'Unknown', message: 'm' });
    deepEqual(statusOf(await playing({}, {}), before(foreign, told('Ready'))).conditions.at(-1), foreign);
  });

  it('carry the generation that was observed', async () => {
    const scenario = new Scenario();
    const demo = pod('demo', [container('main')]);
    await scenario.start({ ...demo, metadata: { ...demo.metadata, generation: 4 } });
    const status = statusOf(scenario);
    equal(status.observedGeneration, 4);
    ok(status.conditions.every(({ observedGeneration }) => observedGeneration === 4));
  });

  it('tell that all containers start over while those of before are stopped', async () => {
    const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }] as const;
    const worker = container('worker', { restartPolicy: 'Never', restartPolicyRules: rules });
    const slow: Program = { onSignal: { SIGTERM: { afterMs: 1500, exitCode: 0 } } };
    const program = (name: string, count: number): Program => (name === 'main' ? slow : count === 0 ? ends(2000, 42) : ends(4000));
    const scenario = await playing({}, { restartPolicy: 'Never', containers: [container('main'), worker] }, { program });
    const restarting = (): string => lineOf(conditionOf(statusOf(scenario), 'AllContainersRestarting') as PodCondition);
    equal(restarting(), 'AllContainersRestarting False');
    await scenario.clock.advance(3000);
    equal(restarting(), 'AllContainersRestarting True RestartAllContainersStarted: container exited with restart policy rule');
    await scenario.clock.advance(1000);
    equal(restarting(), 'AllContainersRestarting False');
    await scenario.delete();
    await scenario.clock.advance(5000);
    equal(restarting(), 'AllContainersRestarting False PodFailed');
  });
});

describe('podStatus()', () => {
  it('is Pending again while the init containers run again in a new sandbox', async () => {
    const initContainers = [container('setup')];
    const scenario = await playing({ setup: ends(3000) }, { initContainers });
    await scenario.clock.advance(5000);
    equal(statusOf(scenario).phase, 'Running');
    await scenario.reboot();
    await scenario.start(pod('demo', [container('main')], { initContainers }));
    await scenario.clock.advance(1000);
    equal(statusOf(scenario).phase, 'Pending');
    await scenario.clock.advance(4000);
    equal(statusOf(scenario).phase, 'Running');
  });

  it('keeps the addresses of a Pod that has ended', async () => {
    const scenario = await playing({ main: ends(1000) }, { restartPolicy: 'Never' });
    const { podIP } = statusOf(scenario);
    ok(podIP !== undefined);
    await scenario.clock.advance(5000);
    const status = statusOf(scenario);
    deepEqual([status.phase, status.podIP, status.podIPs], ['Succeeded', podIP, [{ ip: podIP }]]);
  });

  it('shows the image of the instance, and a new one only once there is an instance of it', async () => {
    const lifecycle = { preStop: exec('drain') };
    const scenario = await playing({}, { containers: [container('main', { lifecycle })] }, { exec: () => ({ takesMs: 5000 }) });
    const imageOf = (): string | undefined => statusOf(scenario).containerStatuses?.[0]?.image;
    const [desired] = scenario.source.list();
    ok(desired !== undefined);
    const image = 'localhost/hooklet/other:1';
    scenario.source.put({ ...desired.pod, spec: { ...desired.pod.spec, containers: [container('main', { lifecycle, image })] } });
    await scenario.clock.advance(2000);
    equal(imageOf(), container('main').image);
    await scenario.clock.advance(5000);
    equal(imageOf(), image);
  });

  it('tells of a lost container that never ran what went before it', async () => {
    const scenario = await playing({ main: ends(1000, 3) }, {});
    await scenario.clock.advance(1500);
    scenario.runtime.cri.fail({ method: 'createContainer', call: 'every', work: 'notDone', error: 'runtimeFailed', message: 'no space' });
    await scenario.clock.advance(30_000);
    await scenario.delete();
    await scenario.clock.advance(5000);
    const [main] = statusOf(scenario).containerStatuses ?? [];
    deepEqual([main?.state.terminated?.exitCode, main?.lastState.terminated?.exitCode, main?.restartCount], [137, 3, 1]);
  });
});
