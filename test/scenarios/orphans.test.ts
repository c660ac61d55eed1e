import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryJournal } from '../../src/fakes/memory-journal.ts';
import { container, exec, pod, Scenario } from './scenario.ts';

describe('a Pod that runs and that the journal does not know', () => {
  it('is stopped like any other, preStop from its container included', async () => {
    const scenario = new Scenario({ exec: () => ({ takesMs: 2000 }) });
    await scenario.start(pod('lost', [container('main', { lifecycle: { preStop: exec('drain', '$(X)') } })]));
    await scenario.kill();
    scenario.journal = new MemoryJournal();
    await scenario.start();
    await scenario.clock.advance(10_000);
    deepEqual(scenario.timeline(), [
      '0.0 pod.accepted',
      '0.0 sandbox.ready',
      '0.0 main container.created',
      '0.0 main container.started',
      '0.0 main container.ready',
      '0.0 agent.recovered',
      '0.0 pod.deleting 30',
      '0.0 main event Killing x1',
      '0.0 main container.stopping podDeleted 30',
      '0.0 main hook.started preStop exec #1',
      '2.0 main hook.finished preStop succeeded',
      '2.0 main signal.sent SIGTERM',
      '2.0 main container.exited 143 stop',
      '2.0 pod.ended Failed',
      '2.0 pod.removed',
    ]);
    equal(scenario.runtime.world.calls.includes('exec main preStop-1: drain $(X)'), true);
    equal(scenario.runtime.world.sandboxes.size, 0);
  });

  it('just goes when nothing of it runs', async () => {
    const scenario = new Scenario({ program: () => ({ endsAfterMs: 0 }) });
    await scenario.start(pod('lost', [container('main')], { restartPolicy: 'Never' }));
    await scenario.kill();
    scenario.journal = new MemoryJournal();
    await scenario.start();
    deepEqual(scenario.timeline(), []);
    equal(scenario.runtime.world.sandboxes.size, 0);
  });
});
