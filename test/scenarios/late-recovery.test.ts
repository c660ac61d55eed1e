import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addMs } from '../../src/core/instant.ts';
import { container, exec, pod, Scenario } from './scenario.ts';

describe('an agent that starts again, too late', () => {
  it('takes a sleep that was over before the deadline as slept', async () => {
    const scenario = new Scenario();
    const demo = pod('demo', [container('main', { lifecycle: { preStop: { sleep: { seconds: 5 } } } })], {
      terminationGracePeriodSeconds: 10,
    });
    await scenario.start(demo);
    await scenario.delete();
    await scenario.kill();
    await scenario.clock.advance(60_000);
    await scenario.start(demo);
    await scenario.clock.advance(5_000);
    deepEqual(
      scenario.timeline().filter((line) => line.includes('hook.finished') || line.includes('event')),
      ['0.0 main event Killing x1', '60.0 main hook.finished preStop succeeded'],
    );
  });

  it('delivers no preStop again whose deadline has passed while the runtime was asked about it', async () => {
    const scenario = new Scenario({ exec: () => ({ takesMs: 60_000 }) });
    const demo = pod('demo', [container('main', { lifecycle: { preStop: exec('drain') } })], { terminationGracePeriodSeconds: 10 });
    await scenario.start(demo);
    await scenario.delete();
    await scenario.clock.advance(2_000);
    await scenario.kill();
    scenario.runtime.world.execs.clear();
    const { nativeExec } = scenario.runtime;
    const answer = nativeExec.state.bind(nativeExec);
    nativeExec.state = async (containerId, execId) => {
      await scenario.clock.waitUntil(addMs(scenario.clock.now(), 5_000), new AbortController().signal);
      return answer(containerId, execId);
    };
    await scenario.clock.advance(6_000);
    await scenario.start(demo);
    await scenario.clock.advance(30_000);
    deepEqual(
      scenario.timeline().filter((line) => line.includes('hook.')),
      ['0.0 main hook.started preStop exec #1', '13.0 main hook.finished preStop timedOut'],
    );
  });

  it('starts a Pod afresh that had ended, instead of leaving it as it is', async () => {
    const scenario = new Scenario({ program: () => ({ endsAfterMs: 1000 }) });
    const job = pod('job', [container('main')], { restartPolicy: 'Never' });
    await scenario.start(job);
    await scenario.clock.advance(2000);
    await scenario.kill();
    await scenario.start(job);
    await scenario.clock.advance(2000);
    deepEqual(
      scenario.types().filter((type) => type.startsWith('pod.')),
      ['pod.accepted', 'pod.ended', 'pod.deleting', 'pod.removed', 'pod.accepted', 'pod.ended'],
    );
  });

  it('starts a container under restartPolicy Never whose start died with the agent', async () => {
    const scenario = new Scenario();
    const job = pod('job', [container('main')], { restartPolicy: 'Never' });
    scenario.journal.crashAt(3, 'after');
    await scenario.start(job);
    for (const { state } of scenario.runtime.world.containers.values()) {
      Object.assign(state, { phase: 'exited', exitCode: 128, reason: 'StartError', startedAtMs: 0 });
    }
    await scenario.start(job);
    deepEqual(
      scenario.timeline().filter((line) => line.includes('container.')),
      [
        '0.0 main container.created',
        '0.0 main container.exited 128 stop',
        '0.0 main container.restarting 0',
        '0.0 main container.created',
        '0.0 main container.started',
        '0.0 main container.ready',
      ],
    );
  });
});
