/** The crash back-off of containers, as `pods.go` and `container_restart_test.go` of Kubernetes test it (`lifecycle.md` 10, 17.4). */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PodSettings } from '../../src/core/pod/pod-view.ts';
import { container, pod, Scenario } from './scenario.ts';

const crashing = { program: () => ({ endsAfterMs: 0, exitCode: 1 }) };

/** The waits before each start, in seconds, of a container that ends at once. */
async function waits(settings: PodSettings, seconds: number): Promise<readonly number[]> {
  const scenario = new Scenario(crashing, undefined, settings);
  await scenario.start(pod('demo', [container('main')]));
  await scenario.clock.advance(seconds * 1000);
  return scenario.journal.records.flatMap((record) => (record.type === 'container.restarting' ? [record.backoffMs / 1000] : []));
}

describe('the crash back-off', () => {
  it('is capped at 300 s', async () => {
    deepEqual((await waits({ maxRestartPeriodMs: 300_000 }, 2000)).slice(0, 10), [0, 10, 20, 40, 80, 160, 300, 300, 300, 300]);
  });

  for (const [cap, within, restarts] of [
    [300, 120, 5],
    [60, 300, 8],
    [30, 120, 7],
    [1, 20, 22],
  ] as const) {
    it(`with a longest wait of ${cap} s begins ${restarts} waits in ${within} s`, async () => {
      const all = await waits({ maxRestartPeriodMs: cap * 1000 }, within);
      ok(Math.max(...all) <= cap);
      equal(all.length, restarts);
    });
  }

  it('starts afresh with another image', async () => {
    const scenario = new Scenario(crashing);
    await scenario.start(pod('demo', [container('main')]));
    await scenario.clock.advance(100_000);
    const [desired] = scenario.source.list();
    ok(desired !== undefined);
    const { pod: running } = desired;
    scenario.source.put({ ...running, spec: { ...running.spec, containers: [container('main', { image: 'localhost/hooklet/other:1' })] } });
    await scenario.clock.advance(1000);
    const records = scenario.journal.records;
    const changed = records.findIndex(({ type }) => type === 'pod.updated');
    const after = records.slice(changed).flatMap((record) => (record.type === 'container.restarting' ? [record.backoffMs] : []));
    deepEqual(after.slice(0, 2), [0, 10_000]);
  });
});
