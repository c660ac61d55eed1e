import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { container, pod, Scenario } from './scenario.ts';

const once = pod('demo', [container('main')], { restartPolicy: 'Never' });

describe('a removal that the runtime refuses', () => {
  it('of a sandbox is repeated once the processes of its containers are killed', async () => {
    const scenario = new Scenario({ program: () => ({ endsAfterMs: 1000 }) });
    scenario.runtime.cri.fail({ method: 'removePodSandbox', call: 1, work: 'notDone', error: 'runtimeFailed' });
    await scenario.start(once);
    await scenario.clock.advance(2000);
    await scenario.delete();
    await scenario.clock.advance(1000);
    const calls = scenario.runtime.world.faults.calls.filter((call) => /^(kill|removePodSandbox) /.test(call));
    deepEqual(
      calls.map((call) => call.replace(/sandbox\S*$/, 'sandbox')),
      ['removePodSandbox sandbox', 'kill main SIGKILL', 'removePodSandbox sandbox'],
    );
    ok(scenario.types().includes('pod.removed'));
  });

  it('of a container is repeated once its process is killed', async () => {
    const scenario = new Scenario({ program: (_name, restartCount) => (restartCount === 0 ? { endsAfterMs: 1000 } : {}) });
    scenario.runtime.cri.fail({ method: 'removeContainer', call: 1, work: 'notDone', error: 'runtimeFailed' });
    await scenario.start(pod('demo', [container('main')]));
    await scenario.clock.advance(60_000);
    const calls = scenario.runtime.world.faults.calls.filter((call) => /^(kill|removeContainer) /.test(call));
    deepEqual(
      calls.map((call) => call.split(' ')[0]),
      ['removeContainer', 'kill', 'removeContainer'],
    );
  });

  for (const { title, message, stops, isRemoved } of [
    { title: 'because a shim has just gone is repeated at once', message: 'ttrpc: closed: unknown', stops: 2, isRemoved: true },
    { title: 'for another reason is repeated later', message: 'failed to destroy network', stops: 1, isRemoved: false },
  ]) {
    it(title, async () => {
      const scenario = new Scenario();
      scenario.runtime.cri.fail({ method: 'stopPodSandbox', call: 1, work: 'notDone', error: 'runtimeFailed', message });
      await scenario.start(once);
      await scenario.delete();
      const { calls } = scenario.runtime.world.faults;
      equal(calls.filter((call) => call.startsWith('stopPodSandbox ')).length, stops, calls.join());
      equal(scenario.types().includes('pod.removed'), isRemoved);
    });
  }

  it('because it does not answer kills nothing', async () => {
    const scenario = new Scenario({ program: () => ({ endsAfterMs: 1000 }) });
    scenario.runtime.cri.fail({ method: 'removePodSandbox', call: 1, work: 'notDone' });
    await scenario.start(once);
    await scenario.clock.advance(2000);
    await scenario.delete();
    await scenario.clock.advance(1000);
    deepEqual(
      scenario.runtime.world.faults.calls.filter((call) => call.startsWith('kill')),
      [],
    );
    ok(scenario.types().includes('pod.removed'));
  });
});
