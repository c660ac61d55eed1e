/** When the Pods' owner is told a status. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { container, exec, pod, Scenario } from './scenario.ts';

describe('the status of a Pod', () => {
  it('is told when it changes, and never twice the same', async () => {
    const scenario = new Scenario();
    await scenario.start(pod('demo', [container('main')]));
    await scenario.clock.advance(1000);
    const count = scenario.statuses.length;
    await scenario.clock.advance(120_000);
    equal(scenario.statuses.length, count);
    const texts = scenario.statuses.map((status) => JSON.stringify(status));
    ok(texts.every((text, index) => text !== texts[index - 1]));
  });

  it('is told of one container while a step of another fails again and again', async () => {
    const scenario = new Scenario({ program: (name) => (name === 'main' ? { endsAfterMs: 5000, exitCode: 1 } : {}) });
    scenario.runtime.cri.fail({ method: 'createContainer', call: 2, work: 'notDone' });
    for (let call = 3; call < 200; call += 1) scenario.runtime.cri.fail({ method: 'createContainer', call, work: 'notDone' });
    await scenario.start(pod('demo', [container('main'), container('other')]));
    await scenario.clock.advance(2000);
    equal(scenario.statuses.at(-1)?.containerStatuses?.[0]?.started, true);
    await scenario.clock.advance(6000);
    equal(scenario.statuses.at(-1)?.containerStatuses?.[0]?.started, false);
  });

  it('carries the generation of a delete as soon as it is seen', async () => {
    const scenario = new Scenario({ exec: () => ({ takesMs: 5000 }) });
    const demo = pod('demo', [container('main', { lifecycle: { preStop: exec('drain') } })]);
    await scenario.start({ ...demo, metadata: { ...demo.metadata, generation: 1 } });
    const [desired] = scenario.source.list();
    ok(desired !== undefined);
    scenario.source.put({ ...desired.pod, metadata: { ...desired.pod.metadata, generation: 2 } });
    await scenario.delete();
    await scenario.clock.advance(1000);
    const status = scenario.statuses.at(-1);
    deepEqual([status?.phase, status?.observedGeneration], ['Running', 2]);
    ok(status?.conditions.every(({ observedGeneration }) => observedGeneration === 2));
  });
});
