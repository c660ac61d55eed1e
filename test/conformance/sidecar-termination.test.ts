/** How sidecars end, as `test/e2e_node/container_lifecycle_test.go` of Kubernetes tests it (`lifecycle.md` 17.5). */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ConformanceNode } from './conformance-node.ts';
import { lines } from './pod-lines.ts';
import { containerYaml, podYaml, STUBBORN, sidecarYaml } from './pod-yaml.ts';

describe('sidecars that end', { concurrency: 6 }, () => {
  let node: ConformanceNode;
  before(async () => {
    node = await ConformanceNode.open();
  });
  after(() => node.close());

  it('does not hang in termination if terminated during initialisation', async () => {
    const init = [sidecarYaml('sidecar'), containerYaml('setup', { run: STUBBORN })];
    const pod = node.create(podYaml('during-init', { grace: 3, init, containers: [containerYaml('main')] }));
    await pod.untilLine('started setup#0');
    pod.delete();
    await pod.untilGone(30_000);
    deepEqual(lines(pod, /^started main/), []);
  });

  it('terminates sidecars gracefully if one of them has not started yet', async () => {
    const hanging = sidecarYaml('hanging', { more: 'lifecycle: {postStart: {exec: {command: [sleep, "1000"]}}}' });
    const pod = node.create(
      podYaml('not-started', { grace: 10, init: [sidecarYaml('sidecar'), hanging], containers: [containerYaml('main')] }),
    );
    await pod.untilLine('hook.started hanging#0 postStart');
    pod.delete();
    await pod.untilGone(30_000);
    ok(pod.lines().includes('exited sidecar#0 0 stop'));
  });

  it('terminates sidecars in reverse order after all main containers have exited', async () => {
    const slow = 'trap "sleep 1; exit 0" TERM; sleep 1000 & wait';
    const init = ['one', 'two', 'three'].map((name) => sidecarYaml(name, { run: slow }));
    const pod = node.create(podYaml('reverse', { restartPolicy: 'Never', init, containers: [containerYaml('main', { run: 'sleep 1' })] }));
    await pod.untilPhase('Succeeded');
    deepEqual(lines(pod, /^(exited|signal)/), [
      'exited main#0 0 self',
      'signal.sent three#0 SIGTERM',
      'exited three#0 0 stop',
      'signal.sent two#0 SIGTERM',
      'exited two#0 0 stop',
      'signal.sent one#0 SIGTERM',
      'exited one#0 0 stop',
    ]);
  });

  it('terminates sidecars together if their preStop does not end', async () => {
    const endless = { run: STUBBORN, more: 'lifecycle: {preStop: {exec: {command: [sleep, "10000"]}}}' };
    const pod = node.create(
      podYaml('endless', {
        grace: 5,
        init: [sidecarYaml('one', endless), sidecarYaml('two', endless)],
        containers: [containerYaml('main')],
      }),
    );
    await pod.untilReady();
    pod.delete();
    await pod.untilGone(40_000);
    const ends = ['one', 'two'].map((name) => pod.secondsTo((line) => line === `exited ${name}#0 137 kill`) ?? Number.NaN);
    ok(Math.abs((ends[0] ?? 0) - (ends[1] ?? 0)) < 1, String(ends));
    for (const name of ['one', 'two']) equal(pod.container(name)?.state.terminated?.reason, 'Error');
  });

  it('calls the preStop hooks of sidecars together with that of the main container', async () => {
    const hook = { more: 'lifecycle: {preStop: {exec: {command: [sleep, "1"]}}}' };
    const pod = node.create(
      podYaml('together', { init: [sidecarYaml('one', hook), sidecarYaml('two', hook)], containers: [containerYaml('main', hook)] }),
    );
    await pod.untilReady();
    pod.delete();
    await pod.untilGone(40_000);
    const begins = ['one', 'two', 'main'].map((name) => pod.secondsTo((line) => line === `hook.started ${name}#0 preStop`) ?? Number.NaN);
    ok(Math.max(...begins) - Math.min(...begins) < 1, String(begins));
    deepEqual(
      lines(pod, /^exited/).map((line) => line.split(' ')[1]),
      ['main#0', 'two#0', 'one#0'],
    );
  });

  const phases = [
    ['a sidecar ends non-zero', { run: 'trap "exit 3" TERM; sleep 1000 & wait' }, {}, 'Succeeded'],
    ['a sidecar outlives its grace', { run: STUBBORN }, {}, 'Succeeded'],
    ['a preStop of a sidecar outlives the grace', { more: 'lifecycle: {preStop: {exec: {command: [sleep, "10000"]}}}' }, {}, 'Succeeded'],
    ['a regular container outlives its grace', {}, { run: STUBBORN }, 'Failed'],
    [
      'a preStop of a regular container outlives the grace',
      {},
      { run: STUBBORN, more: 'lifecycle: {preStop: {exec: {command: [sleep, "10000"]}}}' },
      'Failed',
    ],
  ] as const;
  for (const [index, [what, sidecar, main, phase]] of phases.entries()) {
    it(`marks the Pod as ${phase} if ${what}`, async () => {
      const pod = node.create(
        podYaml(`phase-${index}`, {
          restartPolicy: 'Never',
          grace: 3,
          init: [sidecarYaml('sidecar', sidecar)],
          containers: [containerYaml('main', main)],
        }),
      );
      await pod.untilReady();
      pod.delete();
      await pod.untilGone(40_000);
      equal(pod.status.phase, phase);
    });
  }
});
