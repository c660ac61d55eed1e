/** Order of starts, hooks and ends, as `test/e2e_node/container_lifecycle_test.go` of Kubernetes tests it (`lifecycle.md` 17.5). */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ConformanceNode } from './conformance-node.ts';
import { comesBefore, lines } from './pod-lines.ts';
import { containerYaml, podYaml, STUBBORN, sidecarYaml } from './pod-yaml.ts';

describe('containers lifecycle', { concurrency: 6 }, () => {
  let node: ConformanceNode;
  before(async () => {
    node = await ConformanceNode.open();
  });
  after(() => node.close());

  it('launches init containers serially before a regular container', async () => {
    const init = ['one', 'two', 'three'].map((name) => containerYaml(name, { run: 'sleep 0.3' }));
    const pod = node.create(podYaml('serial', { init, containers: [containerYaml('main')] }));
    await pod.untilReady();
    deepEqual(lines(pod, /^(started|exited)/), [
      'started one#0',
      'exited one#0 0 self',
      'started two#0',
      'exited two#0 0 self',
      'started three#0',
      'exited three#0 0 self',
      'started main#0',
    ]);
  });

  it('does not launch regular containers if an init container fails', async () => {
    const pod = node.create(
      podYaml('init-fails', {
        restartPolicy: 'Never',
        init: [containerYaml('one', { run: 'exit 1' })],
        containers: [containerYaml('main')],
      }),
    );
    await pod.untilPhase('Failed');
    deepEqual(lines(pod, /^started/), ['started one#0']);
  });

  it('does not restart init containers upon a restart of a regular container', async () => {
    const pod = node.create(
      podYaml('regular-restarts', {
        init: [containerYaml('one', { run: 'true' })],
        containers: [containerYaml('main', { run: 'sleep 0.5; exit 1' })],
      }),
    );
    await pod.untilLine('started main#1');
    deepEqual(lines(pod, /^started one/), ['started one#0']);
  });

  it('restarts a failing container when the restartPolicy of the Pod is Always', async () => {
    const pod = node.create(podYaml('failing', { containers: [containerYaml('main', { run: 'exit 1' })] }));
    await pod.until('it was restarted twice', () => (pod.container('main')?.restartCount ?? 0) >= 2);
  });

  it('runs an init container to completion before postStart of a regular container', async () => {
    const pod = node.create(
      podYaml('init-then-hook', {
        init: [containerYaml('one', { run: 'sleep 1' })],
        containers: [containerYaml('main', { more: 'lifecycle: {postStart: {exec: {command: [sleep, "1"]}}}' })],
      }),
    );
    await pod.untilReady();
    comesBefore(pod, 'exited one#0 0 self', 'hook.started main#0 postStart');
  });

  it('does not launch the second container before postStart of the first has completed', async () => {
    const first = containerYaml('first', { more: 'lifecycle: {postStart: {exec: {command: [sleep, "2"]}}}' });
    const pod = node.create(podYaml('serial-starts', { containers: [first, containerYaml('second')] }));
    await pod.untilReady();
    comesBefore(pod, 'hook.finished first#0 postStart succeeded', 'started second#0');
  });

  describe('with a bad image of an init container, Never', () => {
    it('marks the Pod as waiting for it, starts neither it nor a regular container', async () => {
      const init = [containerYaml('one', { image: 'localhost/hooklet/none:1' })];
      const pod = node.create(podYaml('bad-image', { restartPolicy: 'Never', init, containers: [containerYaml('main')] }));
      await pod.until('it waits for the image', () =>
        /ErrImagePull|ImagePullBackOff/.test(pod.container('one')?.state.waiting?.reason ?? ''),
      );
      equal(pod.status.phase, 'Pending');
      deepEqual(lines(pod, /^started/), []);
      pod.delete();
      await pod.untilGone();
    });
  });

  it('respects the grace period of a container that ignores SIGTERM', async () => {
    const pod = node.create(podYaml('stubborn', { grace: 5, containers: [containerYaml('main', { run: STUBBORN })] }));
    await pod.untilReady();
    pod.delete();
    await pod.untilGone();
    equal(pod.container('main')?.state.terminated?.exitCode, 137);
    equal(pod.container('main')?.state.terminated?.reason, 'Error');
    const seconds = (pod.secondsTo((line) => line.startsWith('exited')) ?? 0) - (pod.secondsTo((line) => line === 'pod.deleting') ?? 0);
    ok(seconds >= 5 && seconds < 8, String(seconds));
  });

  it('respects the grace period with a long-running preStop hook', async () => {
    const more = 'lifecycle: {preStop: {exec: {command: [sleep, "10000"]}}}';
    const pod = node.create(podYaml('long-hook', { grace: 5, containers: [containerYaml('main', { more })] }));
    await pod.untilReady();
    pod.delete();
    await pod.untilGone(30_000);
    ok(pod.lines().includes('hook.finished main#0 preStop timedOut'));
  });

  describe('three init containers and two sidecars, Never', () => {
    it('start in order, and end in the reverse one after the regular container', async () => {
      const init = [
        containerYaml('init1', { run: 'sleep 0.2' }),
        sidecarYaml('sidecar1'),
        containerYaml('init2', { run: 'sleep 0.2' }),
        sidecarYaml('sidecar2'),
        containerYaml('init3', { run: 'sleep 0.2' }),
      ];
      const pod = node.create(podYaml('five', { restartPolicy: 'Never', init, containers: [containerYaml('main', { run: 'sleep 1' })] }));
      await pod.untilPhase('Succeeded');
      deepEqual(
        lines(pod, /^started/).map((line) => line.replace(/started |#0/g, '')),
        ['init1', 'sidecar1', 'init2', 'sidecar2', 'init3', 'main'],
      );
      comesBefore(pod, 'exited init1#0 0 self', 'started sidecar1#0');
      comesBefore(pod, 'started sidecar1#0', 'started init2#0');
      comesBefore(pod, 'exited init2#0 0 self', 'started sidecar2#0');
      comesBefore(pod, 'exited init3#0 0 self', 'started main#0');
      deepEqual(
        lines(pod, /^exited (main|side)/).map((line) => line.split(' ')[1]),
        ['main#0', 'sidecar2#0', 'sidecar1#0'],
      );
    });
  });
});
