/** Sidecars and changed images under each restart policy, as `test/e2e_node/container_lifecycle_test.go` of Kubernetes tests it (`lifecycle.md` 17.5). */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ConformanceNode, OTHER_IMAGE } from '../../conformance/conformance-node.ts';
import { comesBefore, lines } from '../../conformance/pod-lines.ts';
import { containerYaml, POLICIES, podYaml, sidecarYaml } from '../../conformance/pod-yaml.ts';

describe('containers under each restart policy', { concurrency: 6 }, () => {
  let node: ConformanceNode;
  before(async () => {
    node = await ConformanceNode.open();
    await node.addImage(OTHER_IMAGE);
  });
  after(() => node.close());

  for (const restartPolicy of POLICIES) {
    it(`initialises an init container after a sidecar has started and its postStart is over, ${restartPolicy}`, async () => {
      const init = [
        sidecarYaml('sidecar', { more: 'lifecycle: {postStart: {exec: {command: [sleep, "1"]}}}' }),
        containerYaml('setup', { run: 'true' }),
      ];
      const pod = node.create(podYaml(`gated-${restartPolicy}`, { restartPolicy, init, containers: [containerYaml('main')] }));
      await pod.untilReady();
      comesBefore(pod, 'hook.finished sidecar#0 postStart succeeded', 'started setup#0');
      comesBefore(pod, 'exited setup#0 0 self', 'started main#0');
    });

    it(`runs a sidecar continuously beside a Pod of policy ${restartPolicy}, and completes the Pod without it`, async () => {
      const pod = node.create(
        podYaml(`beside-${restartPolicy}`, {
          restartPolicy,
          init: [sidecarYaml('sidecar')],
          containers: [containerYaml('main', { run: 'sleep 2' })],
        }),
      );
      await pod.untilLine('exited main#0');
      if (restartPolicy === 'Always') await pod.untilLine('started main#1');
      else await pod.untilPhase('Succeeded');
      deepEqual(lines(pod, /^started sidecar/), ['started sidecar#0']);
    });

    for (const exitCode of [0, 1]) {
      it(`restarts a sidecar that exits with ${exitCode} continuously, ${restartPolicy}`, async () => {
        const init = [sidecarYaml('sidecar', { run: `sleep 0.5; exit ${exitCode}` })];
        const pod = node.create(
          podYaml(`exits-${exitCode}-${restartPolicy}`, { restartPolicy, init, containers: [containerYaml('main')] }),
        );
        await pod.untilLine('started sidecar#2', 30_000);
        deepEqual(lines(pod, /^started main/), ['started main#0']);
      });
    }

    it(`keeps a Pod Pending whose sidecar has a bad image, ${restartPolicy}`, async () => {
      const init = [sidecarYaml('sidecar', { image: 'localhost/hooklet/none:1' })];
      const pod = node.create(podYaml(`bad-sidecar-${restartPolicy}`, { restartPolicy, init, containers: [containerYaml('main')] }));
      await pod.until('it waits for the image', () => pod.container('sidecar')?.state.waiting?.reason?.includes('Image') === true);
      equal(pod.status.phase, 'Pending');
      deepEqual(lines(pod, /^started/), []);
    });

    it(`restarts a sidecar on a new image, ${restartPolicy}`, async () => {
      const pod = node.create(
        podYaml(`new-image-${restartPolicy}`, { restartPolicy, init: [sidecarYaml('sidecar')], containers: [containerYaml('main')] }),
      );
      await pod.untilReady();
      pod.setImage('sidecar', OTHER_IMAGE);
      await pod.untilLine('started sidecar#1');
      await pod.untilReady();
      equal(pod.container('sidecar')?.image, OTHER_IMAGE);
      deepEqual(lines(pod, /^started main/), ['started main#0']);
    });

    it(`restarts a regular container on a new image, its neighbour untouched, ${restartPolicy}`, async () => {
      const pod = node.create(
        podYaml(`image-${restartPolicy}`, { restartPolicy, containers: [containerYaml('main'), containerYaml('other')] }),
      );
      await pod.untilReady();
      pod.setImage('main', OTHER_IMAGE);
      await pod.untilLine('started main#1');
      await pod.untilReady();
      equal(pod.container('main')?.restartCount, 1);
      deepEqual(lines(pod, /^started other/), ['started other#0']);
      ok(pod.events().some(({ message }) => message === 'Container main definition changed, will be restarted'));
    });

    it(`picks up a new image of a regular container during initialisation, and does not start it early, ${restartPolicy}`, async () => {
      const init = [containerYaml('setup', { run: 'sleep 2' })];
      const pod = node.create(podYaml(`image-init-${restartPolicy}`, { restartPolicy, init, containers: [containerYaml('main')] }));
      await pod.untilLine('started setup#0');
      pod.setImage('main', OTHER_IMAGE);
      await pod.untilReady();
      comesBefore(pod, 'exited setup#0 0 self', 'started main#0');
      equal(pod.container('main')?.image, OTHER_IMAGE);
      equal(pod.container('main')?.restartCount, 0);
    });

    it(`does not restart a container on a new image while it terminates, ${restartPolicy}`, async () => {
      const run = 'trap "sleep 2; exit 0" TERM; sleep 1000 & wait';
      const pod = node.create(podYaml(`image-term-${restartPolicy}`, { restartPolicy, containers: [containerYaml('main', { run })] }));
      await pod.untilReady();
      pod.delete();
      await pod.untilLine('signal.sent main#0');
      pod.setImage('main', OTHER_IMAGE);
      await pod.untilGone();
      deepEqual(lines(pod, /^started/), ['started main#0']);
    });

    it(`does not run an init container again whose image changes after it has finished, ${restartPolicy}`, async () => {
      const pod = node.create(
        podYaml(`init-image-${restartPolicy}`, {
          restartPolicy,
          init: [containerYaml('setup', { run: 'true' })],
          containers: [containerYaml('main')],
        }),
      );
      await pod.untilReady();
      pod.setImage('setup', OTHER_IMAGE);
      await pod.untilLine('pod.updated');
      pod.delete();
      await pod.untilGone();
      deepEqual(lines(pod, /^started/), ['started setup#0', 'started main#0']);
    });
  }
});
