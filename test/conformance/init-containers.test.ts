/** The behaviour that `test/e2e/common/node/init_container.go` of Kubernetes tests (`lifecycle.md` 17.4). */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ConformanceNode } from './conformance-node.ts';

const IMAGE = 'localhost/hooklet/base:1';
const initPod = (name: string, restartPolicy: string, [first, second, main]: readonly [string, string, string]): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  restartPolicy: ${restartPolicy}
  initContainers:
  - {name: init1, image: ${IMAGE}, command: [sh, -c, "${first}"]}
  - {name: init2, image: ${IMAGE}, command: [sh, -c, "${second}"]}
  containers:
  - {name: run1, image: ${IMAGE}, command: [sh, -c, "${main}"]}
`;

describe('init containers', { concurrency: 4 }, () => {
  let node: ConformanceNode;
  before(async () => {
    node = await ConformanceNode.open();
  });
  after(() => node.close());

  it('are run on a Pod with RestartNever, each to its end', async () => {
    const pod = node.create(initPod('never', 'Never', ['true', 'true', 'true']));
    await pod.untilPhase('Succeeded');
    deepEqual(
      pod.lines().filter((line) => /^(started|exited)/.test(line)),
      ['started init1#0', 'exited init1#0 0 self', 'started init2#0', 'exited init2#0 0 self', 'started run1#0', 'exited run1#0 0 self'],
    );
    ok(pod.isTrue('Initialized'));
    for (const name of ['init1', 'init2']) {
      const status = pod.container(name);
      equal(status?.ready, true, name);
      equal(status?.state.terminated?.reason, 'Completed', name);
    }
  });

  it('are run on a Pod with RestartAlways, once', async () => {
    const pod = node.create(initPod('always', 'Always', ['true', 'true', 'sleep 1000']));
    await pod.untilReady();
    ok(pod.isTrue('Initialized'));
    equal(pod.lines().filter((line) => line.startsWith('started init')).length, 2);
  });

  it('that fail on a Pod with RestartAlways keep app containers from starting', async () => {
    const pod = node.create(initPod('failing', 'Always', ['false', 'true', 'sleep 1000']));
    await pod.until('init1 was restarted twice', () => (pod.container('init1')?.restartCount ?? 0) >= 2);
    equal(pod.status.phase, 'Pending');
    equal(pod.isTrue('Initialized'), false);
    const condition = pod.status.conditions.find(({ type }) => type === 'Initialized');
    equal(condition?.reason, 'ContainersNotInitialized');
    equal(condition?.message, 'containers with incomplete status: [init1 init2]');
    deepEqual(pod.container('run1')?.state, { waiting: { reason: 'PodInitializing' } });
    ok(!pod.lines().some((line) => line.startsWith('started run1')));
  });

  it('that fail on a Pod with RestartNever fail the Pod, and no app container starts', async () => {
    const pod = node.create(initPod('failed', 'Never', ['true', 'false', 'sleep 1000']));
    await pod.untilPhase('Failed');
    equal(pod.container('init2')?.state.terminated?.exitCode, 1);
    equal(pod.isTrue('Initialized'), false);
    ok(!pod.lines().some((line) => line.startsWith('started run1')));
  });
});
