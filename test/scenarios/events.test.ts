/** The Kubernetes events of a Pod as its table shows them in the end: `lifecycle.md` 13, and rows 5, 14, 16, 19 and 25 of 16. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EventRows } from '../../src/printing/event-rows.ts';
import { play } from './play.ts';
import { container, exec, pod, Scenario } from './scenario.ts';
import { STORIES } from './stories.ts';

const hooks = container('main', { lifecycle: { postStart: exec('start'), preStop: exec('stop') } });
const obedient = { onSignal: { SIGTERM: { afterMs: 0, exitCode: 0 } } } as const;

/** "Normal Killing x2: Stopping container main", in the order of the table. */
function table({ journal }: Scenario): readonly string[] {
  const rows = new EventRows();
  for (const record of journal.records) rows.add(record);
  return rows.list().map(({ eventType, reason, count, message }) => `${eventType} ${reason} x${count}: ${message}`);
}

/** "Killing x2" */
const counts = (scenario: Scenario): readonly string[] => table(scenario).map((line) => line.replace(/^\w+ (\w+ x\d+):.*/, '$1'));

const START = [
  'Normal Pulled x1: Container image "localhost/hooklet/base:1" already present on machine and can be accessed by the pod',
  'Normal Created x1: Container created',
  'Normal Started x1: Container started',
];

describe('the events of a Pod', () => {
  it('whose postStart fails: everything is counted, and BackOff tells of the wait', async () => {
    const scenario = new Scenario({ program: () => obedient, exec: () => ({ startError: 'no such file' }) });
    await scenario.start(pod('failing', [container('main', { lifecycle: { postStart: exec('x') } })]));
    await scenario.clock.advance(15_000);
    deepEqual([...counts(scenario)].sort(), [
      'BackOff x2',
      'Created x3',
      'FailedPostStartHook x3',
      'Killing x3',
      'Pulled x3',
      'Started x3',
    ]);
    ok(table(scenario).includes('Normal Killing x3: FailedPostStartHook'));
  });

  it('whose preStop fails: it is told once, and the container gets its stop signal and ends', async () => {
    const scenario = new Scenario({ program: () => obedient, exec: ([name]) => ({ takesMs: 100, exitCode: name === 'stop' ? 3 : 0 }) });
    await scenario.start(pod('demo', [hooks]));
    await scenario.clock.advance(1000);
    await scenario.delete();
    await scenario.clock.advance(1000);
    deepEqual(table(scenario), [
      ...START,
      'Normal Killing x1: Stopping container main',
      'Warning FailedPreStopHook x1: PreStopHook failed: command exited with 3; its output: hooklet hooks output default/demo -c main --hook preStop',
    ]);
    deepEqual(scenario.stops().slice(-4), [
      '1.1 main signal.sent SIGTERM',
      '1.1 main container.exited 0 stop',
      '1.1 pod.ended Succeeded',
      '1.1 pod.removed',
    ]);
  });

  it('never hold what a hook wrote', async () => {
    const scenario = new Scenario({ exec: () => ({ takesMs: 100, exitCode: 1, stdout: 'tell-nobody', stderr: 'tell-nobody' }) });
    await scenario.start(pod('demo', [hooks]));
    await scenario.clock.advance(1000);
    await scenario.delete();
    await scenario.clock.advance(1000);
    ok(counts(scenario).includes('FailedPreStopHook x2'));
    ok(!JSON.stringify(scenario.journal.records).includes('tell-nobody'));
  });

  it('are counted on by the next agent', async () => {
    const crashing = pod('demo', [container('main')]);
    const scenario = new Scenario({ program: () => ({ endsAfterMs: 1000, exitCode: 1 }) });
    await scenario.start(crashing);
    await scenario.clock.advance(5000);
    await scenario.kill();
    await scenario.start(crashing);
    await scenario.clock.advance(10_000);
    deepEqual([...counts(scenario)].sort(), ['BackOff x2', 'Created x3', 'Pulled x3', 'Started x3']);
  });

  it('are as many as the facts they go with, wherever the agent dies', async () => {
    const story = STORIES.find(({ name }) => name.startsWith('postStart fails'));
    ok(story !== undefined);
    const { calls } = (await play(story)).journal;
    for (let call = 1; call <= calls; call += 3) {
      for (const moment of ['before', 'after'] as const) {
        const { journal } = await play(story, { crash: { call, moment, downMs: 0 } });
        const number = (what: string): number =>
          journal.records.filter((record) => (record.type === 'event' ? record.reason : record.type) === what).length;
        deepEqual(
          { call, moment, events: ['Created', 'Started', 'Killing'].map(number) },
          { call, moment, events: ['container.created', 'container.started', 'container.stopping'].map(number) },
        );
      }
    }
  });
});

describe('the events of an image', () => {
  it('that is pulled tell how long it took', async () => {
    const scenario = new Scenario({ images: [], pull: () => ({ takesMs: 2345 }) });
    await scenario.start(pod('demo', [container('main', { image: 'web:1' })]));
    await scenario.clock.advance(5000);
    deepEqual(table(scenario).slice(0, 2), [
      'Normal Pulling x1: Pulling image "web:1"',
      'Normal Pulled x1: Successfully pulled image "web:1" in 2.345s (2.345s including waiting). Image size: 1 bytes.',
    ]);
  });

  it('that cannot be pulled tell the failure and the wait, again and again', async () => {
    const scenario = new Scenario({ images: [], pull: () => ({ error: 'no route' }) });
    await scenario.start(pod('demo', [container('main', { image: 'web:1' })]));
    await scenario.clock.advance(15_000);
    deepEqual(table(scenario), [
      'Normal Pulling x2: Pulling image "web:1"',
      'Warning Failed x2: Failed to pull image "web:1": no route',
      'Warning Failed x2: Error: ErrImagePull',
      'Normal BackOff x2: Back-off pulling image "web:1"',
      'Warning Failed x2: Error: ImagePullBackOff',
    ]);
  });
});

describe('the events of a sandbox', () => {
  it('that cannot be made come at the pace of the kubelet, though hooklet tries sooner', async () => {
    const scenario = new Scenario();
    scenario.runtime.cri.fail({ method: 'runPodSandbox', call: 'every', work: 'notDone', error: 'runtimeFailed' });
    await scenario.start(pod('demo', [hooks]));
    await scenario.clock.advance(9000);
    equal(table(scenario).length, 1);
    ok(table(scenario)[0]?.startsWith('Warning FailedCreatePodSandBox x1: Failed to create pod sandbox: '), table(scenario)[0]);
    ok((scenario.runtime.world.faults.counts().get('runPodSandbox') ?? 0) > 5);
    await scenario.clock.advance(60_000);
    const [told = ''] = counts(scenario);
    ok(/^FailedCreatePodSandBox x[4567]$/.test(told), told);
    equal(scenario.journal.records.filter(({ type }) => type !== 'event').length, 1);
  });

  it('whose reply was lost do not say that it failed', async () => {
    const scenario = new Scenario();
    scenario.runtime.cri.fail({ method: 'runPodSandbox', call: 1, work: 'done' });
    await scenario.start(pod('demo', [container('main')]));
    await scenario.clock.advance(5000);
    deepEqual(table(scenario), START);
  });

  it('that is lost tell that it is made anew', async () => {
    const scenario = new Scenario({ exec: () => ({ takesMs: 500 }) });
    await scenario.start(pod('demo', [hooks]));
    for (const sandbox of scenario.runtime.world.sandboxes.values()) sandbox.ready = false;
    await scenario.clock.advance(20_000);
    deepEqual(table(scenario).slice(0, 2), [
      'Normal Killing x1: Stopping container main',
      'Normal SandboxChanged x1: Pod sandbox changed, it will be killed and re-created.',
    ]);
  });

  it('that cannot be ended tell that the Pod cannot be killed, unless the next try can', async () => {
    for (const [times, told] of [
      [1, []],
      [2, ['FailedKillPod x1']],
    ] as const) {
      const scenario = new Scenario();
      await scenario.start(pod('demo', [container('main')]));
      for (let call = 1; call <= times; call += 1)
        scenario.runtime.cri.fail({ method: 'removePodSandbox', call, work: 'notDone', error: 'runtimeFailed' });
      await scenario.delete();
      await scenario.clock.advance(1000);
      deepEqual(counts(scenario).slice(4), told);
      equal(scenario.types().at(-1), 'pod.removed');
    }
  });
});

describe('a Pod that tells too much', () => {
  it('tells 25 events of a type and then one every 5 min', async () => {
    const scenario = new Scenario({ program: () => ({ endsAfterMs: 1, exitCode: 1 }), exec: () => ({ startError: 'x' }) });
    const many = Array.from({ length: 12 }, (_, index) => container(`c${index}`));
    await scenario.start(pod('loud', many));
    await scenario.clock.advance(9000);
    const normal = scenario.journal.records.filter((record) => record.type === 'event' && record.eventType === 'Normal');
    equal(normal.length, 25);
    const started = scenario.journal.records.filter(({ type }) => type === 'container.started');
    equal(started.length, 24, 'facts are not dropped');
  });
});
