/** Deletes, deadlines, lost sandboxes and updates that come at a bad moment. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod, PodSpec } from '../../src/model/pod.ts';
import { container, exec, pod, Scenario } from './scenario.ts';

/** The pause process of the Pod is gone: its sandbox holds nothing any more. */
function loseSandbox({ runtime }: Scenario): void {
  for (const sandbox of runtime.world.sandboxes.values()) sandbox.ready = false;
}

function update({ source }: Scenario, change: (spec: PodSpec) => Partial<PodSpec>): void {
  const [desired] = source.list();
  ok(desired !== undefined);
  const { pod: running } = desired;
  source.put({ ...running, spec: { ...running.spec, ...change(running.spec) } } as Pod);
}

const lines = (scenario: Scenario, pattern: RegExp): readonly string[] => scenario.timeline().filter((line) => pattern.test(line));

describe('activeDeadlineSeconds', () => {
  it('ends a Pod without a grace period with one second, in which preStop begins', async () => {
    const scenario = new Scenario({ exec: () => ({ takesMs: 500 }) });
    const main = container('main', { lifecycle: { preStop: exec('drain') } });
    await scenario.start(pod('demo', [main], { activeDeadlineSeconds: 10, terminationGracePeriodSeconds: 0 }));
    await scenario.clock.advance(20_000);
    deepEqual(lines(scenario, /hook\.|stopping/), [
      '10.0 main container.stopping podEnding 1',
      '10.0 main hook.started preStop exec #1',
      '10.5 main hook.finished preStop succeeded',
    ]);
  });
});

describe('a lost sandbox', () => {
  it('does not let a container that waits for its back-off hold up the ones after it', async () => {
    const scenario = new Scenario({ program: (name) => (name === 'bad' ? { endsAfterMs: 0, exitCode: 1 } : {}) });
    await scenario.start(pod('demo', [container('bad'), container('good')]));
    await scenario.clock.advance(80_000);
    loseSandbox(scenario);
    await scenario.clock.advance(30_000);
    const starts = lines(scenario, /good container\.started/);
    equal(starts.length, 2);
  });
});

describe('an update of the image', () => {
  it('while the old one is pulled gets the new one before the container is made', async () => {
    const old = 'example.test/old:1';
    const next = 'example.test/new:1';
    const scenario = new Scenario({ images: [], pull: () => ({ takesMs: 5000 }) });
    await scenario.start(pod('demo', [container('main', { image: old })]));
    await scenario.clock.advance(1000);
    update(scenario, () => ({ containers: [container('main', { image: next })] }));
    await scenario.clock.advance(30_000);
    deepEqual(lines(scenario, /image\.|container\./), [
      '0.0 main image.pulling',
      '5.0 main image.pulled',
      '5.0 main image.pulling',
      '10.0 main image.pulled',
      '10.0 main container.created',
      '10.0 main container.started',
      '10.0 main container.ready',
    ]);
  });
});
