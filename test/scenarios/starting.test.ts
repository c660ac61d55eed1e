import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { container, exec, pod, Scenario } from './scenario.ts';

const main = container('main', { lifecycle: { postStart: exec('start'), preStop: exec('stop') } });

describe('an image', () => {
  it('that is missing is pulled; the Pod waits, and its neighbours of the same Pod too', async () => {
    const scenario = new Scenario({ images: [], pull: () => ({ takesMs: 2000 }) });
    await scenario.start(pod('demo', [container('a', { image: 'a:1' }), container('b', { image: 'b:1' })]));
    await scenario.clock.advance(10_000);
    deepEqual(
      scenario.timeline().filter((line) => /image|created/.test(line)),
      [
        '0.0 a image.pulling',
        '2.0 a image.pulled',
        '2.0 a container.created',
        '2.0 b image.pulling',
        '4.0 b image.pulled',
        '4.0 b container.created',
      ],
    );
  });

  it('that cannot be pulled is tried again after 10, 20, 40 s … 300 s, and holds up no other container', async () => {
    const scenario = new Scenario({ images: ['b:1'], pull: () => ({ error: 'no route to host' }) });
    await scenario.start(pod('demo', [container('a', { image: 'a:1' }), container('b', { image: 'b:1' })]));
    await scenario.clock.advance(1_000_000);
    deepEqual(
      scenario.timeline().filter((line) => line.includes('image.failed')),
      [0, 10, 30, 70, 150, 310, 610, 910].map((at) => `${at}.0 a image.failed`),
    );
    equal(
      scenario.timeline().find((line) => line.includes('b container.started')),
      '0.0 b container.started',
    );
  });

  it('with policy Never is not pulled', async () => {
    const scenario = new Scenario({ images: [] });
    await scenario.start(pod('demo', [container('main', { imagePullPolicy: 'Never' })]));
    await scenario.clock.advance(5000);
    const failed = scenario.journal.records.find((record) => record.type === 'image.failed');
    ok(failed?.type === 'image.failed');
    equal(failed.reason, 'ErrImageNeverPull');
    equal(failed.message, 'Container image "localhost/hooklet/base:1" is not present with pull policy of Never');
    equal(scenario.runtime.world.faults.counts().get('pullImage'), undefined);
  });

  it('with policy Always is pulled though it is present', async () => {
    const scenario = new Scenario({ pull: () => ({ takesMs: 100 }) });
    await scenario.start(pod('demo', [container('main', { imagePullPolicy: 'Always' })]));
    await scenario.clock.advance(5000);
    deepEqual(
      scenario.timeline().filter((line) => line.includes('image')),
      ['0.0 main image.pulling', '0.1 main image.pulled'],
    );
  });

  it('that vanished after it was seen is looked for again', async () => {
    const scenario = new Scenario();
    scenario.runtime.cri.fail({ method: 'createContainer', call: 1, work: 'notDone', error: 'imageNotFound' });
    await scenario.start(pod('demo', [container('main')]));
    await scenario.clock.advance(15_000);
    deepEqual(
      scenario.timeline().filter((line) => /image|container/.test(line)),
      [
        '0.0 main image.pulled',
        '0.0 main container.failed CreateContainerError',
        '0.0 main container.restarting 10000',
        '10.0 main image.pulled',
        '10.0 main container.created',
        '10.0 main container.started',
        '10.0 main container.ready',
      ],
    );
  });
});

describe('a container that cannot be created', () => {
  it('is tried again every 10 s; it has not crashed, so its first crash waits for nothing (lifecycle.md 10)', async () => {
    const scenario = new Scenario({ program: (_name, restarts) => (restarts === 0 ? { endsAfterMs: 1000, exitCode: 1 } : {}) });
    for (const call of [1, 2]) scenario.runtime.cri.fail({ method: 'createContainer', call, work: 'notDone', error: 'runtimeFailed' });
    await scenario.start(pod('demo', [container('main')]));
    await scenario.clock.advance(60_000);
    deepEqual(
      scenario.timeline().filter((line) => /container|event/.test(line)),
      [
        '0.0 main container.failed CreateContainerError',
        '0.0 main event Failed x1',
        '0.0 main container.restarting 10000',
        '10.0 main container.failed CreateContainerError',
        '10.0 main event Failed x2',
        '10.0 main container.restarting 10000',
        '20.0 main container.created',
        '20.0 main container.started',
        '20.0 main container.ready',
        '21.0 main container.exited 1 self',
        '21.0 main container.restarting 0',
        '21.0 main container.created',
        '21.0 main container.started',
        '21.0 main container.ready',
      ],
    );
  });
});

describe('a container that is restarted', () => {
  it('waits for no removal of its earlier instance, which goes a second after its end', async () => {
    const scenario = new Scenario({ program: (_name, restarts) => (restarts === 0 ? { endsAfterMs: 5000, exitCode: 1 } : {}) });
    scenario.runtime.cri.fail({ method: 'removeContainer', call: 1, work: 'notDone', error: 'runtimeFailed' });
    await scenario.start(pod('demo', [main]));
    await scenario.clock.advance(5900);
    equal(scenario.timeline().at(-1), '5.0 main container.ready');
    equal(scenario.runtime.world.faults.counts().get('removeContainer'), undefined);
    equal(scenario.runtime.world.containers.size, 2);
    await scenario.clock.advance(1000);
    equal(scenario.runtime.world.containers.size, 1);
    equal(scenario.timeline().at(-1), '5.0 main container.ready');
  });
});

describe('a container that cannot be started', () => {
  it('has its postStart skipped as neverStarted, and is made anew with back-off', async () => {
    const scenario = new Scenario({ program: () => ({ startError: 'exec: "nope": executable file not found' }) });
    await scenario.start(pod('demo', [main]));
    await scenario.clock.advance(11_000);
    const once = (at: number, again: number): readonly string[] => [
      `${at}.0 main container.created`,
      `${at}.0 main container.failed RunContainerError`,
      `${at}.0 main event Failed x${again}`,
      `${at}.0 main hook.skipped postStart neverStarted`,
      `${at}.0 main container.exited 128 self`,
    ];
    deepEqual(
      scenario.timeline().filter((line) => /created|failed|Failed|skipped|exited/.test(line)),
      [...once(0, 1), ...once(0, 2), ...once(10, 3)],
    );
  });

  it('and that the runtime still shows as created is given up too, not tried in a loop', async () => {
    const scenario = new Scenario();
    scenario.runtime.cri.fail({ method: 'startContainer', call: 1, work: 'notDone', error: 'runtimeFailed' });
    await scenario.start(pod('demo', [main]));
    await scenario.clock.advance(5000);
    deepEqual(
      scenario.timeline().filter((line) => /container\.|skipped/.test(line)),
      [
        '0.0 main container.created',
        '0.0 main container.failed RunContainerError',
        '0.0 main hook.skipped postStart neverStarted',
        '0.0 main container.exited 128 self',
        '0.0 main container.restarting 0',
        '0.0 main container.created',
        '0.0 main container.started',
        '0.0 main container.ready',
      ],
    );
    equal(scenario.runtime.world.containers.size, 1);
  });
});

describe('a lost reply', () => {
  const calls = (scenario: Scenario): readonly string[] =>
    scenario.runtime.world.calls.filter((call) => /^(runPod|createC|startC|remove)/.test(call));

  it('of RunPodSandbox, CreateContainer and StartContainer: what was made is taken over, nothing is made twice', async () => {
    const scenario = new Scenario({ exec: () => ({ takesMs: 100 }) });
    for (const method of ['runPodSandbox', 'createContainer', 'startContainer'])
      scenario.runtime.cri.fail({ method, call: 1, work: 'done' });
    await scenario.start(pod('demo', [main]));
    await scenario.clock.advance(2000);
    deepEqual(calls(scenario), [
      'runPodSandbox demo/0',
      'createContainer main/0',
      'startContainer main/0',
      'removeExec main-2 postStart-1',
    ]);
    equal(scenario.types().at(-1), 'container.ready');
  });
});

describe('a delete', () => {
  it('before anything was made ends the Pod at once', async () => {
    const scenario = new Scenario();
    scenario.runtime.cri.fail({ method: 'runPodSandbox', call: 'every', work: 'notDone' });
    await scenario.start(pod('demo', [main]));
    await scenario.delete();
    deepEqual(scenario.timeline(), ['0.0 pod.accepted', '0.0 pod.deleting 30', '0.0 pod.ended Failed', '0.0 pod.removed']);
  });

  it('during an image pull ends the Pod without waiting for the pull', async () => {
    const scenario = new Scenario({ images: [], pull: () => ({ takesMs: 60_000 }) });
    await scenario.start(pod('demo', [main]));
    await scenario.clock.advance(5000);
    await scenario.delete();
    await scenario.clock.advance(100);
    deepEqual(scenario.timeline().slice(-3), ['5.0 pod.deleting 30', '5.0 pod.ended Failed', '5.0 pod.removed']);
    equal(scenario.runtime.world.sandboxes.size, 0);
  });

  it('between create and start: the container never starts, its hooks were not due', async () => {
    const scenario = new Scenario();
    scenario.runtime.cri.fail({ method: 'startContainer', call: 1, work: 'notDone' });
    scenario.journal.onRecord(({ record }) => {
      if (record.type === 'container.created') scenario.source.delete(record.uid);
    });
    await scenario.start(pod('demo', [main]));
    await scenario.clock.advance(1000);
    deepEqual(
      scenario
        .timeline()
        .filter((line) => /main (container|hook|signal)/.test(line))
        .map((line) => line.slice(4)),
      ['main container.created', 'main hook.skipped postStart neverStarted', 'main container.exited 137 stop'],
    );
    equal(scenario.runtime.world.containers.size, 0);
  });

  it('is not held up by a leftover that cannot be removed', async () => {
    const scenario = new Scenario();
    await scenario.start(pod('demo', [main]));
    scenario.runtime.cri.fail({ method: 'removeContainer', call: 'every', work: 'notDone', error: 'runtimeFailed' });
    const sandboxId = [...scenario.runtime.world.sandboxes.keys()][0] ?? '';
    const leftover = { name: 'main', restartCount: 7, annotations: {} };
    await scenario.runtime.cri.createContainer(sandboxId, undefined as never, leftover as never);
    await scenario.clock.advance(60_000);
    await scenario.delete();
    await scenario.clock.advance(1000);
    equal(scenario.types().at(-1), 'pod.removed');
  });
});

describe('a sandbox that is lost', () => {
  it('has its containers stopped with preStop, and is made anew with the next attempt', async () => {
    const scenario = new Scenario({ exec: () => ({ takesMs: 500 }) });
    await scenario.start(pod('demo', [main]));
    await scenario.clock.advance(5000);
    for (const sandbox of scenario.runtime.world.sandboxes.values()) sandbox.ready = false;
    await scenario.clock.advance(20_000);
    deepEqual(scenario.timeline().slice(8), [
      '10.5 main event Killing x1',
      '10.5 main container.stopping sandboxLost 30',
      '10.5 main hook.started preStop exec #1',
      '11.0 main hook.finished preStop succeeded',
      '11.0 main signal.sent SIGTERM',
      '11.0 main container.exited 143 stop',
      '11.0 sandbox.ready',
      '11.0 main container.restarting 0',
      '11.0 main image.pulled',
      '11.0 main container.created',
      '11.0 main container.started',
      '11.0 main hook.started postStart exec #1',
      '11.5 main hook.finished postStart succeeded',
      '11.5 main container.ready',
    ]);
    deepEqual(
      [...scenario.runtime.world.sandboxes.values()].map(({ attempt }) => attempt),
      [1],
    );
  });

  it('together with its containers: how they ended is recorded before they are removed', async () => {
    const scenario = new Scenario();
    await scenario.start(pod('demo', [main], { restartPolicy: 'Never' }));
    const { world } = scenario.runtime;
    for (const sandbox of world.sandboxes.values()) sandbox.ready = false;
    for (const one of world.containers.values()) world.end(one, 3);
    await scenario.clock.advance(20_000);
    deepEqual(scenario.stops().slice(2), [
      '0.0 main hook.skipped preStop containerExited',
      '0.0 main container.exited 3 self',
      '0.0 pod.ended Failed',
    ]);
  });
});

describe('a failing step', () => {
  it('of one container delays no deadline of another', async () => {
    const ignoresTerm = { onSignal: { SIGTERM: 'ignored' } } as const;
    const scenario = new Scenario({ program: (name) => (name === 'b' ? ignoresTerm : {}), exec: () => ({}) });
    await scenario.start(pod('demo', [container('a'), container('b', { lifecycle: { preStop: exec('stop') } })]));
    // a's stop signal fails for ever: its retries come later and later, up to 10 s apart.
    for (let call = 1; call <= 100; call += 1) scenario.runtime.cri.fail({ method: 'kill', call, work: 'notDone', error: 'runtimeFailed' });
    await scenario.delete(8);
    await scenario.clock.advance(8000);
    deepEqual(
      scenario.timeline().filter((line) => line.includes('b hook')),
      ['0.0 b hook.started preStop exec #1', '8.0 b hook.finished preStop timedOut'],
    );
  });
});

describe('a delivery that breaks', () => {
  it('is tried again later and later, not in a loop', async () => {
    const scenario = new Scenario();
    scenario.clock.waitUntil = new Proxy(scenario.clock.waitUntil, {
      // Only the hook waits for exactly 7 s.
      apply: (wait, clock, [moment, signal]) =>
        moment.wallMs === Date.UTC(2030, 0, 1) + 7000 ? Promise.reject(new Error('broken')) : Reflect.apply(wait, clock, [moment, signal]),
    });
    await scenario.start(pod('demo', [container('main', { lifecycle: { postStart: { sleep: { seconds: 7 } } } })]));
    await scenario.clock.advance(5000);
    equal(scenario.types().at(-1), 'hook.started');
    ok(scenario.runtime.world.calls.length < 20);
  });
});
