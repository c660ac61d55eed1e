import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Script } from '../../src/fakes/scripted-programs.ts';
import type { PodSpec } from '../../src/model/pod.ts';
import { container, exec, pod, Scenario } from './scenario.ts';

const withPreStop = container('main', { lifecycle: { preStop: exec('stop') } });
const ignoresTerm = { onSignal: { SIGTERM: 'ignored' } } as const;

/** A Pod of one container with a preStop hook, 5 s after its start. */
async function running(script: Script, spec: Partial<PodSpec> = {}): Promise<Scenario> {
  const scenario = new Scenario(script);
  await scenario.start(pod('demo', [withPreStop], spec));
  await scenario.clock.advance(5000);
  return scenario;
}

describe('a preStop that overruns its grace', () => {
  it('times out at the deadline, the stop signal follows, SIGKILL 2 s later', async () => {
    const scenario = await running({ program: () => ignoresTerm, exec: () => ({}) });
    await scenario.delete(10);
    await scenario.clock.advance(20_000);
    deepEqual(scenario.stops(), [
      '5.0 main hook.started preStop exec #1',
      '15.0 main hook.finished preStop timedOut',
      '15.0 main signal.sent SIGTERM',
      '17.0 main signal.sent SIGKILL',
      '17.0 main container.exited 137 kill',
      '17.0 pod.ended Failed',
      '17.0 pod.removed',
    ]);
    const [failed] = scenario.journal.records.flatMap((record) =>
      record.type === 'event' && record.reason === 'FailedPreStopHook' ? [record] : [],
    );
    equal(
      failed?.message,
      'PreStopHook failed: it did not end within the grace period; its output: hooklet hooks output default/demo -c main --hook preStop',
    );
  });

  it('that takes a part of the grace leaves the rest to the container', async () => {
    const scenario = await running({ program: () => ignoresTerm, exec: () => ({ takesMs: 5900 }) });
    await scenario.delete(30);
    await scenario.clock.advance(60_000);
    deepEqual(scenario.stops().slice(1, 4), [
      '10.9 main hook.finished preStop succeeded',
      '10.9 main signal.sent SIGTERM',
      '35.0 main signal.sent SIGKILL',
    ]);
  });

  it('that ends 0.8 s before the deadline still leaves 2 s to the container', async () => {
    const scenario = await running({ program: () => ignoresTerm, exec: () => ({ takesMs: 29_200 }) });
    await scenario.delete(30);
    await scenario.clock.advance(60_000);
    deepEqual(scenario.stops().slice(2, 4), ['34.2 main signal.sent SIGTERM', '36.2 main signal.sent SIGKILL']);
  });
});

describe('a preStop that fails', () => {
  it('changes nothing but an event', async () => {
    const scenario = await running({ exec: () => ({ takesMs: 100, exitCode: 7, stderr: 'secret' }) });
    await scenario.delete();
    await scenario.clock.advance(1000);
    deepEqual(scenario.timeline().slice(-7), [
      '5.0 main hook.started preStop exec #1',
      '5.1 main hook.finished preStop failed',
      '5.1 main event FailedPreStopHook x1',
      '5.1 main signal.sent SIGTERM',
      '5.1 main container.exited 143 stop',
      '5.1 pod.ended Failed',
      '5.1 pod.removed',
    ]);
    equal(JSON.stringify(scenario.journal.records).includes('secret'), false, 'what a hook wrote is in no record');
  });
});

describe('a second, shorter delete', () => {
  it('takes effect at once in the middle of preStop', async () => {
    const scenario = await running({ program: () => ignoresTerm, exec: () => ({}) });
    await scenario.delete(30);
    await scenario.clock.advance(4000);
    await scenario.delete(6);
    await scenario.clock.advance(10_000);
    deepEqual(scenario.stops().slice(1, 4), [
      '11.0 main hook.finished preStop timedOut',
      '11.0 main signal.sent SIGTERM',
      '13.0 main signal.sent SIGKILL',
    ]);
  });

  it('whose time has passed already ends preStop now', async () => {
    const scenario = await running({ program: () => ignoresTerm, exec: () => ({}) });
    await scenario.delete(30);
    await scenario.clock.advance(20_000);
    await scenario.delete(1);
    await scenario.clock.advance(10_000);
    deepEqual(scenario.stops().slice(1, 4), [
      '25.0 main hook.finished preStop timedOut',
      '25.0 main signal.sent SIGTERM',
      '27.0 main signal.sent SIGKILL',
    ]);
  });

  it('takes effect at once after the stop signal too', async () => {
    const scenario = await running({ program: () => ignoresTerm, exec: () => ({ takesMs: 1000 }) });
    await scenario.delete(30);
    await scenario.clock.advance(10_000);
    await scenario.delete(1);
    await scenario.clock.advance(1000);
    deepEqual(scenario.stops().slice(1, 4), [
      '6.0 main hook.finished preStop succeeded',
      '6.0 main signal.sent SIGTERM',
      '15.0 main signal.sent SIGKILL',
    ]);
  });

  it('that is longer changes nothing', async () => {
    const scenario = await running({ exec: () => ({}) });
    await scenario.delete(5);
    await scenario.delete(100);
    await scenario.clock.advance(10_000);
    equal(scenario.types().filter((type) => type === 'pod.deleting').length, 1);
    equal(scenario.stops()[1], '10.0 main hook.finished preStop timedOut');
  });
});

describe('no grace', () => {
  it('of a delete becomes 1 s: preStop runs that long', async () => {
    const scenario = await running({ program: () => ignoresTerm, exec: () => ({}) });
    await scenario.delete(0);
    await scenario.clock.advance(10_000);
    deepEqual(scenario.stops(), [
      '5.0 main hook.started preStop exec #1',
      '6.0 main hook.finished preStop timedOut',
      '6.0 main signal.sent SIGTERM',
      '8.0 main signal.sent SIGKILL',
      '8.0 main container.exited 137 kill',
      '8.0 pod.ended Failed',
      '8.0 pod.removed',
    ]);
  });

  it('of the Pod itself skips preStop when postStart failed, and still leaves 2 s', async () => {
    const scenario = new Scenario({ program: () => ignoresTerm, exec: () => ({ takesMs: 0, exitCode: 1 }) });
    const both = container('main', { lifecycle: { postStart: exec('start'), preStop: exec('stop') } });
    await scenario.start(pod('demo', [both], { terminationGracePeriodSeconds: 0, restartPolicy: 'Never' }));
    await scenario.clock.advance(5000);
    deepEqual(scenario.stops(), [
      '0.0 main hook.started postStart exec #1',
      '0.0 main hook.finished postStart failed',
      '0.0 main hook.skipped preStop graceZero',
      '0.0 main signal.sent SIGTERM',
      '2.0 main signal.sent SIGKILL',
      '2.0 main container.exited 137 kill',
      '2.0 pod.ended Failed',
    ]);
  });
});

describe('the stop signal', () => {
  it('is what the container asks for, else what its image asks for', async () => {
    const scenario = new Scenario({ stopSignal: 'SIGQUIT' });
    await scenario.start(pod('demo', [container('a', { lifecycle: { stopSignal: 'SIGUSR1' } }), container('b')]));
    await scenario.delete();
    await scenario.clock.advance(100);
    deepEqual(
      scenario.timeline().filter((line) => line.includes('signal.sent')),
      ['0.0 a signal.sent SIGUSR1', '0.0 b signal.sent SIGQUIT'],
    );
    deepEqual(
      scenario.timeline().filter((line) => line.includes('exited')),
      ['0.0 a container.exited 138 stop', '0.0 b container.exited 131 stop'],
    );
  });

  it('that does not reach the runtime is sent again, and does not hold up another container', async () => {
    const scenario = new Scenario({ program: (name) => (name === 'b' ? ignoresTerm : {}), exec: () => ({}) });
    scenario.runtime.cri.fail({ method: 'removeContainer', call: 'every', work: 'notDone', error: 'runtimeFailed' });
    const b = container('b', { lifecycle: { preStop: exec('stop') } });
    await scenario.start(pod('demo', [container('a'), b]));
    for (let call = 1; call <= 40; call += 1) scenario.runtime.cri.fail({ method: 'kill', call, work: 'notDone', error: 'runtimeFailed' });
    await scenario.delete(3);
    await scenario.clock.advance(4000);
    deepEqual(
      scenario.timeline().filter((line) => line.includes('b hook')),
      ['0.0 b hook.started preStop exec #1', '3.0 b hook.finished preStop timedOut'],
    );
  });
});

describe('a container that outlives SIGKILL', () => {
  it('is stopped by the runtime 10 s later, and the runtime is not asked in a loop', async () => {
    const scenario = new Scenario({ program: () => ({ stuck: true }) });
    scenario.runtime.cri.fail({ method: 'stopContainer', call: 1, work: 'notDone', error: 'runtimeFailed' });
    await scenario.start(pod('demo', [container('main')]));
    await scenario.delete(1);
    await scenario.clock.advance(60_000);
    deepEqual(scenario.stops().slice(0, 3), [
      '0.0 main signal.sent SIGTERM',
      '2.0 main signal.sent SIGKILL',
      '12.1 main container.exited 137 kill',
    ]);
    equal(scenario.runtime.world.calls.filter((call) => call.startsWith('stopContainer')).length, 2);
  });
});

describe('a container that ends by itself', () => {
  for (const [restartPolicy, exitCode, phase] of [
    ['Never', 0, 'Succeeded'],
    ['Never', 3, 'Failed'],
    ['OnFailure', 0, 'Succeeded'],
  ] as const) {
    it(`with ${exitCode} under restartPolicy ${restartPolicy} ends its Pod as ${phase}; preStop is skipped`, async () => {
      const scenario = new Scenario({ program: () => ({ endsAfterMs: 2000, exitCode }) });
      await scenario.start(pod('demo', [withPreStop], { restartPolicy }));
      await scenario.clock.advance(60_000);
      const stops = [
        '2.0 main hook.skipped preStop containerExited',
        `2.0 main container.exited ${exitCode} self`,
        `2.0 pod.ended ${phase}`,
      ];
      deepEqual(scenario.stops(), stops);
      equal([...scenario.runtime.world.sandboxes.values()][0]?.ready, false);
      await scenario.delete();
      deepEqual(scenario.stops(), [...stops, '60.0 pod.removed']);
      equal(scenario.runtime.world.sandboxes.size, 0);
    });
  }

  for (const restartPolicy of ['Always', 'OnFailure'] as const) {
    it(`with an error under restartPolicy ${restartPolicy} starts again: at once, after 10 s, after 20 s`, async () => {
      const scenario = new Scenario({ program: () => ({ endsAfterMs: 1000, exitCode: 1 }) });
      await scenario.start(pod('demo', [container('main')], { restartPolicy }));
      await scenario.clock.advance(36_000);
      deepEqual(
        scenario.timeline().filter((line) => /container\.(started|exited)/.test(line)),
        [
          '0.0 main container.started',
          '1.0 main container.exited 1 self',
          '1.0 main container.started',
          '2.0 main container.exited 1 self',
          '12.0 main container.started',
          '13.0 main container.exited 1 self',
          '33.0 main container.started',
          '34.0 main container.exited 1 self',
        ],
      );
      equal(scenario.runtime.world.containers.size, 1, 'one dead instance is kept');
    });
  }

  it('while its neighbour runs ends nothing but itself', async () => {
    const scenario = new Scenario({ program: (name) => (name === 'a' ? { endsAfterMs: 1000 } : {}) });
    await scenario.start(pod('demo', [container('a'), container('b')], { restartPolicy: 'Never' }));
    await scenario.clock.advance(10_000);
    deepEqual(scenario.stops(), ['1.0 a container.exited 0 self']);
    await scenario.delete();
    deepEqual(scenario.stops().slice(1), [
      '10.0 b signal.sent SIGTERM',
      '10.0 b container.exited 143 stop',
      '10.0 pod.ended Failed',
      '10.0 pod.removed',
    ]);
  });

  it('for want of memory is told as such', async () => {
    const scenario = new Scenario();
    await scenario.start(pod('demo', [container('main')], { restartPolicy: 'Never' }));
    const [main] = scenario.runtime.world.containers.values();
    if (main !== undefined) scenario.runtime.world.end(main, 137, 'OOMKilled');
    await scenario.clock.advance(100);
    deepEqual(scenario.stops(), ['0.0 main container.exited 137 oom', '0.0 pod.ended Failed']);
  });
});
