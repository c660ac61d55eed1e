/**
 * Container-level restart policies and rules, and restarts of all containers, as `test/e2e/common/node/container_restart_policy.go`,
 * `runtime.go`, `kubelet.go` and `test/e2e_node/restart_all_containers_test.go` of Kubernetes test them (`lifecycle.md` 17.4).
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ConformanceNode } from './conformance-node.ts';
import { lines } from './pod-lines.ts';
import { containerYaml, podYaml } from './pod-yaml.ts';

const rule = (action: string, operator: string, values: string, policy = 'Never'): string =>
  `restartPolicy: ${policy}, restartPolicyRules: [{action: ${action}, exitCodes: {operator: ${operator}, values: [${values}]}}]`;
const counter = 'volumeMounts: [{name: state, mountPath: /state}]';
const withState = ['volumes: [{name: state, emptyDir: {}}]'];
/** Ends so the first time it runs in its Pod, and lives from then on. */
const once = (exitCode: number, file = 'ran'): string =>
  `if [ -f /state/${file} ]; then trap "exit 0" TERM; sleep 1000 & wait; fi; touch /state/${file}; sleep 0.5; exit ${exitCode}`;

describe('restart rules', { concurrency: 5 }, () => {
  let node: ConformanceNode;
  before(async () => {
    node = await ConformanceNode.open();
  });
  after(() => node.close());

  it('restart a container on an exit code that a rule names, in a Pod that never restarts', async () => {
    const main = containerYaml('main', { run: once(42), more: `${rule('Restart', 'In', '42')}, ${counter}` });
    const pod = node.create(podYaml('rule-in', { restartPolicy: 'Never', containers: [main], more: withState }));
    await pod.untilLine('started main#1');
    await pod.untilReady();
  });

  it('do not restart a container on another exit code', async () => {
    const main = containerYaml('main', { run: 'exit 1', more: rule('Restart', 'In', '42') });
    const pod = node.create(podYaml('rule-mismatch', { restartPolicy: 'Never', containers: [main] }));
    await pod.untilPhase('Failed');
    deepEqual(lines(pod, /^started/), ['started main#0']);
  });

  it('restart a container on an exit code that a NotIn rule does not name', async () => {
    const main = containerYaml('main', { run: once(1), more: `${rule('Restart', 'NotIn', '42')}, ${counter}` });
    const pod = node.create(podYaml('rule-not-in', { restartPolicy: 'Never', containers: [main], more: withState }));
    await pod.untilLine('started main#1');
  });

  it('leave it to the policy of the container, which comes before that of the Pod', async () => {
    const never = containerYaml('never', { run: 'exit 1', more: 'restartPolicy: Never' });
    const onFailure = containerYaml('retried', { run: once(1), more: `restartPolicy: OnFailure, ${counter}` });
    const pod = node.create(podYaml('own-policy', { restartPolicy: 'Never', containers: [never, onFailure], more: withState }));
    await pod.untilLine('started retried#1');
    deepEqual(lines(pod, /^started never/), ['started never#0']);
  });

  it('restart an init container', async () => {
    const init = containerYaml('setup', {
      run: 'if [ -f /state/ran ]; then exit 0; fi; touch /state/ran; exit 42',
      more: `${rule('Restart', 'In', '42')}, ${counter}`,
    });
    const pod = node.create(
      podYaml('rule-init', { restartPolicy: 'Never', init: [init], containers: [containerYaml('main')], more: withState }),
    );
    await pod.untilReady();
    deepEqual(lines(pod, /^started/), ['started setup#0', 'started setup#1', 'started main#0']);
  });

  it('give the status that each policy of the Pod asks for', async () => {
    const twice = 'n=$(cat /state/n 2>/dev/null || echo 0); n=$((n+1)); echo $n > /state/n;';
    const pods = {
      always: node.create(
        podYaml('rpa', {
          restartPolicy: 'Always',
          containers: [
            containerYaml('main', {
              run: `${twice} if [ $n -ge 3 ]; then trap "exit 0" TERM; sleep 1000 & wait; fi; exit 1`,
              more: counter,
            }),
          ],
          more: withState,
        }),
      ),
      onFailure: node.create(
        podYaml('rpof', {
          restartPolicy: 'OnFailure',
          containers: [containerYaml('main', { run: `${twice} if [ $n -ge 2 ]; then exit 0; fi; exit 1`, more: counter })],
          more: withState,
        }),
      ),
      never: node.create(podYaml('rpn', { restartPolicy: 'Never', containers: [containerYaml('main', { run: 'exit 1' })] })),
    };
    await pods.always.until('it runs for the third time', (pod) => pod.container('main')?.restartCount === 2 && pod.isTrue('Ready'));
    equal(pods.always.status.phase, 'Running');
    await pods.onFailure.untilPhase('Succeeded');
    equal(pods.onFailure.container('main')?.restartCount, 1);
    await pods.never.untilPhase('Failed');
    equal(pods.never.container('main')?.restartCount, 0);
    equal(pods.never.container('main')?.ready, false);
  });

  it('give an always failing command a terminated reason, and it can be deleted', async () => {
    const pod = node.create(podYaml('bin-false', { containers: [containerYaml('main', { run: 'false' })] }));
    await pod.until(
      'its end is told',
      () => (pod.container('main')?.lastState.terminated ?? pod.container('main')?.state.terminated)?.reason === 'Error',
    );
    pod.delete();
    await pod.untilGone();
  });

  describe('that restart all containers', () => {
    const all = (more = ''): string => `${rule('RestartAllContainers', 'In', '42')}, ${counter}${more}`;
    const setup = containerYaml('setup', { run: 'true' });

    it('on the end of a regular container: from the init containers on, in the same sandbox', async () => {
      const containers = [containerYaml('other'), containerYaml('main', { run: once(42), more: all() })];
      const pod = node.create(podYaml('all-regular', { restartPolicy: 'Never', init: [setup], containers, more: withState }));
      await pod.untilLine('started main#1');
      await pod.untilReady();
      deepEqual(lines(pod, /^started/), [
        'started setup#0',
        'started other#0',
        'started main#0',
        'started setup#1',
        'started other#1',
        'started main#1',
      ]);
      equal(lines(pod, /^sandbox.ready/).length, 1);
      deepEqual(lines(pod, /restarting/)[0], 'pod.restarting');
      const seen = pod.statuses.flatMap(({ conditions }) =>
        conditions.filter(({ type }) => type === 'AllContainersRestarting').map(({ status }) => status),
      );
      ok(seen.includes('True'), 'the condition was told while they were being ended');
      equal(seen.at(-1), 'False');
    });

    it('on the end of an init container', async () => {
      const first = containerYaml('first', { run: 'true' });
      const init = containerYaml('setup', { run: 'if [ -f /state/ran ]; then exit 0; fi; touch /state/ran; exit 42', more: all() });
      const pod = node.create(
        podYaml('all-init', { restartPolicy: 'Never', init: [first, init], containers: [containerYaml('main')], more: withState }),
      );
      await pod.untilReady();
      deepEqual(lines(pod, /^started/), ['started first#0', 'started setup#0', 'started first#1', 'started setup#1', 'started main#0']);
    });

    it('on the end of a sidecar', async () => {
      const sidecar = containerYaml('sidecar', {
        run: once(42),
        more: `${rule('RestartAllContainers', 'In', '42', 'Always')}, ${counter}`,
      });
      const pod = node.create(
        podYaml('all-sidecar', { restartPolicy: 'Never', init: [sidecar], containers: [containerYaml('main')], more: withState }),
      );
      await pod.untilLine('started main#1');
      await pod.untilReady();
    });

    it('without preStop, and with those that had completed', async () => {
      const done = containerYaml('done', { run: 'true' });
      const hooked = containerYaml('hooked', { more: 'lifecycle: {preStop: {exec: {command: [sleep, "5"]}}}' });
      const containers = [done, hooked, containerYaml('main', { run: `sleep 1; ${once(42)}`, more: all() })];
      const pod = node.create(podYaml('all-others', { restartPolicy: 'Never', containers, more: withState }));
      await pod.untilLine('started main#1');
      ok(pod.lines().includes('hook.skipped hooked#0 preStop graceZero'));
      ok(pod.lines().includes('started done#1'));
    });

    it('not on an exit code that no rule names', async () => {
      const containers = [containerYaml('other', { run: 'sleep 1' }), containerYaml('main', { run: 'exit 1', more: all() })];
      const pod = node.create(podYaml('all-mismatch', { restartPolicy: 'Never', containers, more: withState }));
      await pod.untilPhase('Failed');
      deepEqual(lines(pod, /^started/), ['started other#0', 'started main#0']);
    });
  });
});
