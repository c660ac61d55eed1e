/**
 * What a restart of the node's agent, and of the node, leaves as it is, as `test/e2e_node/container_lifecycle_test.go` and
 * `restart_all_containers_test.go` of Kubernetes test it (`lifecycle.md` 17.4, 17.5). One after the other: each restarts the
 * agent of all Pods.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ConformanceNode, OTHER_IMAGE } from './conformance-node.ts';
import { comesBefore, lines } from './pod-lines.ts';
import { containerYaml, podYaml, sidecarYaml } from './pod-yaml.ts';

const setup = containerYaml('setup', { run: 'true' });

describe('a restart of the agent', () => {
  let node: ConformanceNode;
  before(async () => {
    node = await ConformanceNode.open();
    await node.addImage(OTHER_IMAGE);
  });
  after(() => node.close());

  it('does not restart any completed init container, nor anything that runs', async () => {
    const pods = ['regular', 'with-sidecar'].map((name) =>
      node.create(
        podYaml(name, { init: name === 'regular' ? [setup] : [setup, sidecarYaml('sidecar')], containers: [containerYaml('main')] }),
      ),
    );
    for (const pod of pods) await pod.untilReady();
    const before = pods.map((pod) => lines(pod, /^(created|started|exited)/));
    await node.restartAgent();
    const later = node.create(podYaml('later', { containers: [containerYaml('main')] }));
    await later.untilReady();
    deepEqual(
      pods.map((pod) => lines(pod, /^(created|started|exited)/)),
      before,
    );
  });

  it('does not run a completed init container again whose instance was removed meanwhile', async () => {
    const pod = node.create(podYaml('init-removed', { init: [setup], containers: [containerYaml('main')] }));
    await pod.untilReady();
    await node.restartAgent(async () => {
      const { cri } = node.node.runtime;
      for (const { id, name } of await cri.listContainers(pod.pod.metadata.uid)) if (name === 'setup') await cri.removeContainer(id);
    });
    const later = node.create(podYaml('later-2', { containers: [containerYaml('main')] }));
    await later.untilReady();
    deepEqual(lines(pod, /^started/), ['started setup#0', 'started main#0']);
    ok(pod.isTrue('Ready'));
  });

  it('keeps started and ready as they were, of containers and sidecars, with and without probes', async () => {
    const probe =
      'readinessProbe: {exec: {command: ["true"]}, periodSeconds: 1}, startupProbe: {exec: {command: ["true"]}, periodSeconds: 1}';
    const pods = [
      node.create(podYaml('status-plain', { init: [sidecarYaml('sidecar')], containers: [containerYaml('main')] })),
      node.create(
        podYaml('status-probes', { init: [sidecarYaml('sidecar', { more: probe })], containers: [containerYaml('main', { more: probe })] }),
      ),
    ];
    for (const pod of pods) await pod.untilReady();
    const told = pods.map((pod) => pod.statuses.length);
    await node.restartAgent();
    const later = node.create(podYaml('later-3', { containers: [containerYaml('main')] }));
    await later.untilReady();
    for (const [index, pod] of pods.entries()) {
      for (const status of pod.statuses.slice(told[index]))
        for (const container of [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])])
          deepEqual([container.name, container.started, container.ready], [container.name, true, true]);
    }
  });

  it('takes up an image that was changed while there was none', async () => {
    const pod = node.create(podYaml('changed-meanwhile', { containers: [containerYaml('main')] }));
    await pod.untilReady();
    await node.restartAgent(async () => undefined);
    pod.setImage('main', OTHER_IMAGE);
    await pod.untilLine('started main#1');
    await pod.untilReady();
    equal(pod.container('main')?.image, OTHER_IMAGE);
  });

  it('goes on with a restart of all containers that was under way', async () => {
    const more =
      'restartPolicy: Never, restartPolicyRules: [{action: RestartAllContainers, exitCodes: {operator: In, values: [42]}}], volumeMounts: [{name: state, mountPath: /state}]';
    const run = 'if [ -f /state/ran ]; then trap "exit 0" TERM; sleep 1000 & wait; fi; touch /state/ran; sleep 1; exit 42';
    const slow = containerYaml('slow', { run: 'sleep 1' });
    const pod = node.create(
      podYaml('all-restarted', {
        restartPolicy: 'Never',
        init: [slow],
        containers: [containerYaml('main', { run, more })],
        more: ['volumes: [{name: state, emptyDir: {}}]'],
      }),
    );
    await pod.untilLine('pod.restarting');
    await node.restartAgent();
    await pod.untilLine('started main#1');
    await pod.untilReady();
    deepEqual(lines(pod, /^started/), ['started slow#0', 'started main#0', 'started slow#1', 'started main#1']);
  });
});

describe('a restart of the node', () => {
  let node: ConformanceNode;
  before(async () => {
    node = await ConformanceNode.open();
  });
  after(() => node.close());

  it('starts the containers again in the right order, init containers included', async () => {
    const init = [containerYaml('one', { run: 'sleep 0.2' }), sidecarYaml('sidecar'), containerYaml('two', { run: 'sleep 0.2' })];
    const pod = node.create(podYaml('rebooted', { init, containers: [containerYaml('main')] }));
    const completed = node.create(podYaml('completed', { restartPolicy: 'Never', containers: [containerYaml('main', { run: 'true' })] }));
    await pod.untilReady();
    await completed.untilPhase('Succeeded');
    await node.loseEverything();
    await pod.untilLine('started main#1');
    await pod.untilReady();
    comesBefore(pod, 'exited one#1 0 self', 'started sidecar#1');
    comesBefore(pod, 'started sidecar#1', 'started two#1');
    comesBefore(pod, 'exited two#1 0 self', 'started main#1');
    const again = pod.statuses.slice(-1)[0];
    equal(again?.phase, 'Running');
    deepEqual(lines(completed, /^started/), ['started main#0'], 'what was completed stays so');
  });
});
