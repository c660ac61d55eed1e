/**
 * What a failed probe does to hooks, neighbours and images, as `test/e2e_node/container_lifecycle_test.go` of Kubernetes tests it
 * (`lifecycle.md` 17.5).
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ConformanceNode, OTHER_IMAGE } from './conformance-node.ts';
import { comesBefore, lines } from './pod-lines.ts';
import { containerYaml, podYaml, sidecarYaml } from './pod-yaml.ts';

const probe = (kind: string, command: string, more = ''): string =>
  `${kind}Probe: {exec: {command: [sh, -c, "${command}"]}, periodSeconds: 1, failureThreshold: 1${more}}`;
const PRE_STOP = 'lifecycle: {preStop: {exec: {command: [sleep, "1"]}}}';
/** The first instance in its Pod fails its probe, those after it do not. */
const once = (kind: string): string => `${probe(kind, '[ $(ls /state | wc -l) -gt 1 ]')}, volumeMounts: [{name: state, mountPath: /state}]`;
const counts = 'touch /state/$(ls /state | wc -l); trap "exit 0" TERM; sleep 600 & wait';
const withState = ['volumes: [{name: state, emptyDir: {}}]'];

describe('a failed probe', { concurrency: 6 }, () => {
  let node: ConformanceNode;
  before(async () => {
    node = await ConformanceNode.open();
    await node.addImage(OTHER_IMAGE);
  });
  after(() => node.close());

  for (const kind of ['startup', 'liveness']) {
    it(`(${kind}) calls the preStop hook of the container and ends it; it is restarted`, async () => {
      const pod = node.create(
        podYaml(`hook-${kind}`, { containers: [containerYaml('main', { more: `${probe(kind, 'false')}, ${PRE_STOP}` })] }),
      );
      await pod.untilLine('started main#1');
      comesBefore(pod, `stopping main#0 ${kind}Failed 30`, 'hook.started main#0 preStop');
      comesBefore(pod, 'hook.finished main#0 preStop succeeded', 'signal.sent main#0 SIGTERM');
      ok(
        pod
          .events()
          .some(({ reason, message }) => reason === 'Killing' && message === `Container main failed ${kind} probe, will be restarted`),
      );
      ok(
        pod
          .events()
          .some(
            ({ reason, message }) =>
              reason === 'Unhealthy' && message.startsWith(`${kind === 'startup' ? 'Startup' : 'Liveness'} probe failed:`),
          ),
      );
    });

    it(`(${kind}) of a sidecar calls its preStop hook; the next container ${kind === 'startup' ? 'is not launched' : 'is started'}`, async () => {
      const init = [sidecarYaml('sidecar', { more: `${probe(kind, 'false')}, ${PRE_STOP}` })];
      const pod = node.create(podYaml(`sidecar-${kind}`, { init, containers: [containerYaml('main')] }));
      await pod.untilLine('hook.finished sidecar#0 preStop');
      if (kind === 'startup') deepEqual(lines(pod, /^started main/), []);
      else await pod.untilLine('started main#0');
      ok(pod.events().some(({ message }) => message === `Init container sidecar failed ${kind} probe`));
    });

    it(`(${kind}) of a sidecar that recovers lets the regular container start, and is probed on`, async () => {
      const init = [sidecarYaml('sidecar', { run: counts, more: once(kind) })];
      const pod = node.create(podYaml(`recovers-${kind}`, { init, containers: [containerYaml('main')], more: withState }));
      await pod.untilLine('started sidecar#1');
      await pod.untilReady();
      deepEqual(lines(pod, /^started main/), ['started main#0']);
    });

    for (const restartPolicy of ['Always', 'Never']) {
      it(`(${kind}) under ${restartPolicy}: a new image is picked up with the restart, the neighbour is untouched`, async () => {
        const main = containerYaml('main', { run: counts, more: once(kind) });
        const pod = node.create(
          podYaml(`image-${kind}-${restartPolicy}`, { restartPolicy, containers: [main, containerYaml('other')], more: withState }),
        );
        await pod.untilLine('exited main#0');
        if (restartPolicy === 'Never') {
          deepEqual(lines(pod, /^started main/), ['started main#0']);
          ok(pod.events().some(({ message }) => message === `Container main failed ${kind} probe`));
          return;
        }
        pod.setImage('main', OTHER_IMAGE);
        await pod.until(
          'the new image runs',
          () => pod.container('main')?.image === OTHER_IMAGE && pod.container('main')?.state.running !== undefined,
        );
        deepEqual(lines(pod, /^started other/), ['started other#0']);
      });
    }

    it(`(${kind}) of a sidecar, then a new image: it is restarted with it`, async () => {
      const init = [sidecarYaml('sidecar', { run: counts, more: once(kind) })];
      const pod = node.create(podYaml(`sidecar-image-${kind}`, { init, containers: [containerYaml('main')], more: withState }));
      await pod.untilLine('started sidecar#1');
      pod.setImage('sidecar', OTHER_IMAGE);
      await pod.until(
        'the new image runs',
        () => pod.container('sidecar')?.image === OTHER_IMAGE && pod.container('sidecar')?.state.running !== undefined,
      );
    });
  }

  it('launches sidecars serially considering the startup probe', async () => {
    const run = 'trap "exit 0" TERM; sleep 2 & wait; touch /tmp/up; sleep 600 & wait';
    const init = [
      sidecarYaml('one', { run, more: probe('startup', 'cat /tmp/up').replace('failureThreshold: 1', 'failureThreshold: 60') }),
      sidecarYaml('two'),
    ];
    const pod = node.create(podYaml('serial', { init, containers: [containerYaml('main')] }));
    await pod.untilReady();
    comesBefore(pod, 'ready one#0', 'started two#0');
    comesBefore(pod, 'started two#0', 'started main#0');
  });

  for (const isSidecar of [false, true]) {
    it(`of liveness is no matter while ${isSidecar ? 'a sidecar' : 'a container'} is in preStop; readiness is probed on`, async () => {
      const hook = 'lifecycle: {preStop: {exec: {command: [sh, -c, "touch /tmp/stopping; sleep 5"]}}}';
      const probes = `${probe('liveness', '[ ! -f /tmp/stopping ]')}, ${probe('readiness', '[ ! -f /tmp/stopping ]')}`;
      const words = { more: `${hook}, ${probes}` };
      const pod = node.create(
        podYaml(`in-pre-stop-${isSidecar}`, {
          ...(isSidecar ? { init: [sidecarYaml('main', words)] } : {}),
          containers: [isSidecar ? containerYaml('other') : containerYaml('main', words)],
        }),
      );
      await pod.untilReady();
      pod.delete(30);
      await pod.untilLine('unready main#0');
      await pod.untilGone();
      equal(lines(pod, /^probe.failed main#0 liveness/).length, 0);
      deepEqual(lines(pod, /^started main/), ['started main#0']);
    });
  }
});
