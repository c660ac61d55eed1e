/** A container that ends at the worst moment of its own hook. */
import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { container, exec, pod, Scenario, sleep } from './scenario.ts';

const both = pod('demo', [container('main', { lifecycle: { postStart: exec('start'), preStop: exec('stop') } })], {
  restartPolicy: 'Never',
});

describe('a container that ends', () => {
  it('during postStart interrupts it: no event says that the hook failed', async () => {
    const scenario = new Scenario({ program: () => ({ endsAfterMs: 1000, exitCode: 1 }), exec: () => ({ takesMs: 5000 }) });
    await scenario.start(both);
    await scenario.clock.advance(10_000);
    deepEqual(scenario.timeline().slice(5), [
      '0.0 main hook.started postStart exec #1',
      '1.0 main hook.finished postStart interrupted',
      '1.0 main hook.skipped preStop containerExited',
      '1.0 main container.exited 1 self',
      '1.0 pod.ended Failed',
    ]);
  });

  it('during preStop interrupts it', async () => {
    const scenario = new Scenario({ program: () => ({ endsAfterMs: 3000 }), exec: ([name]) => ({ takesMs: name === 'stop' ? 5000 : 0 }) });
    await scenario.start(both);
    await scenario.clock.advance(1000);
    await scenario.delete();
    await scenario.clock.advance(10_000);
    deepEqual(scenario.timeline().slice(-4), [
      '3.0 main hook.finished preStop interrupted',
      '3.0 main container.exited 0 self',
      '3.0 pod.ended Succeeded',
      '3.0 pod.removed',
    ]);
  });

  it('during a sleep of postStart or preStop cuts the sleep short', async () => {
    const naps = pod('naps', [container('main', { lifecycle: { postStart: sleep(60) } })], { restartPolicy: 'Never' });
    const starting = new Scenario({ program: () => ({ endsAfterMs: 1000, exitCode: 1 }) });
    await starting.start(naps);
    await starting.clock.advance(10_000);
    deepEqual(starting.stops(), [
      '0.0 main hook.started postStart sleep #1',
      '1.0 main hook.finished postStart interrupted',
      '1.0 main container.exited 1 self',
      '1.0 pod.ended Failed',
    ]);

    const stopping = new Scenario({ program: () => ({ endsAfterMs: 3000 }) });
    await stopping.start(pod('naps', [container('main', { lifecycle: { preStop: sleep(20) } })], { restartPolicy: 'Never' }));
    await stopping.delete();
    await stopping.clock.advance(10_000);
    deepEqual(stopping.stops(), [
      '0.0 main hook.started preStop sleep #1',
      '3.0 main hook.finished preStop interrupted',
      '3.0 main container.exited 0 self',
      '3.0 pod.ended Succeeded',
      '3.0 pod.removed',
    ]);
  });

  it('by the work of its preStop gets no stop signal, and the hook has succeeded', async () => {
    const scenario = new Scenario({ exec: ([name]) => (name === 'stop' ? { takesMs: 700, endsContainerWith: 0 } : { takesMs: 0 }) });
    await scenario.start(both);
    await scenario.delete();
    await scenario.clock.advance(1000);
    deepEqual(scenario.stops().slice(2), [
      '0.0 main hook.started preStop exec #1',
      '0.7 main hook.finished preStop succeeded',
      '0.7 main container.exited 0 self',
      '0.7 pod.ended Succeeded',
      '0.7 pod.removed',
    ]);
  });

  it('a moment after the kernel has killed its hook, as it does, interrupted that hook', async () => {
    const scenario = new Scenario({
      program: () => ({ endsAfterMs: 1000, exitCode: 1, reapedAfterMs: 200 }),
      exec: () => ({ takesMs: 5000 }),
    });
    await scenario.start(both);
    await scenario.clock.advance(10_000);
    deepEqual(scenario.stops().slice(1, 4), [
      '1.2 main hook.finished postStart interrupted',
      '1.2 main hook.skipped preStop containerExited',
      '1.2 main container.exited 1 self',
    ]);
  });

  it('as preStop is about to begin: the hook is not said to have failed', async () => {
    const scenario = new Scenario({ exec: () => ({ takesMs: 0 }) });
    await scenario.start(both);
    const { world } = scenario.runtime;
    // It dies between the worker's look and the exec that this look led to.
    scenario.journal.onRecord(({ record }) => {
      const [main] = world.containers.values();
      if (record.type === 'hook.started' && record.hook === 'preStop' && main !== undefined) world.end(main, 1);
    });
    await scenario.delete();
    await scenario.clock.advance(2000);
    deepEqual(scenario.timeline().slice(-5), [
      '0.0 main hook.started preStop exec #1',
      '0.0 main hook.finished preStop interrupted',
      '0.0 main container.exited 1 self',
      '0.0 pod.ended Failed',
      '0.0 pod.removed',
    ]);
  });
});

describe('a hook', () => {
  it('that is killed while its container lives has failed', async () => {
    const scenario = new Scenario({ exec: ([name]) => (name === 'start' ? { takesMs: 500, exitCode: 137 } : { takesMs: 0 }) });
    await scenario.start(both);
    await scenario.clock.advance(5000);
    deepEqual(
      scenario
        .timeline()
        .filter((line) => /finished|event/.test(line))
        .map((line) => line.slice(4)),
      [
        'main hook.finished postStart failed',
        'main event FailedPostStartHook x1',
        'main event Killing x1',
        'main hook.finished preStop succeeded',
      ],
    );
  });

  it('that had failed by itself before its container ended, unseen by any agent, has failed', async () => {
    const scenario = new Scenario({ program: () => ({ endsAfterMs: 2000 }), exec: () => ({ takesMs: 1000, exitCode: 3 }) });
    await scenario.start(both);
    await scenario.clock.advance(500);
    await scenario.kill();
    await scenario.clock.advance(5000);
    await scenario.start(both);
    deepEqual(scenario.stops().slice(1), [
      '5.5 main hook.finished postStart failed',
      '5.5 main hook.skipped preStop containerExited',
      '5.5 main container.exited 0 self',
      '5.5 pod.ended Succeeded',
    ]);
  });
});
