/**
 * The behaviour that `test/e2e/common/node/container_probe.go` of Kubernetes tests, of containers and, under the same names, of
 * restartable init containers (`lifecycle.md` 17.3). Periods are shorter than upstream's.
 */
import { equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { nodeAddress } from '../../src/network/node-address.ts';
import { HealthServer } from '../network/health-server.ts';
import { ConformanceNode } from './conformance-node.ts';
import { lines } from './pod-lines.ts';
import { containerYaml, podYaml, sidecarYaml } from './pod-yaml.ts';
import type { TestPod } from './test-pod.ts';

const SERVES = 'mkdir -p /www && echo ok > /www/healthz && httpd -f -p 8080 -h /www';
/** Answers as a web server would, once a connection. */
const answering = (head: string): string => `while true; do printf "${head}" | nc -l -p 8080 >/dev/null 2>&1; done`;
const exec = (command: string): string => `exec: {command: [sh, -c, "${command}"]}`;
const every = 'periodSeconds: 1';
/** Healthy for a while, then not. */
const SICKENS = 'trap "exit 0" TERM; echo ok > /tmp/health; sleep 3 & wait; rm /tmp/health; sleep 600 & wait';

/** `sidecar`: the probed container is a restartable init container. */
export function probeSuite({ sidecar }: { readonly sidecar: boolean }): void {
  const kind = sidecar ? 'restartable init container' : 'container';
  let node: ConformanceNode;
  let health: HealthServer;
  before(async () => {
    node = await ConformanceNode.open();
    health = await HealthServer.open({ services: { '': 1, unwell: 2 }, host: await nodeAddress() });
  });
  after(async () => {
    health.close();
    await node.close();
  });

  const probed = (name: string, probes: string, run?: string, more: readonly string[] = []): TestPod => {
    const words = { ...(run === undefined ? {} : { run }), more: probes };
    const podName = `${name}${sidecar ? '-sidecar' : ''}`;
    return node.create(
      sidecar
        ? podYaml(podName, { init: [sidecarYaml('main', words)], containers: [containerYaml('other')], more })
        : podYaml(podName, { containers: [containerYaml('main', words)], more }),
    );
  };
  const restarts = (pod: TestPod): number => pod.container('main')?.restartCount ?? 0;
  const isRestarted = (pod: TestPod): Promise<void> => pod.until('main is restarted', () => restarts(pod) >= 1);
  const isNotRestarted = async (pod: TestPod, ms = 6000): Promise<void> => {
    await pod.untilLine('started main#0');
    await delay(ms);
    equal(restarts(pod), 0, pod.lines().join('\n'));
  };

  describe(kind, { concurrency: 8 }, () => {
    it('with a readiness probe is not ready before the initial delay, and never restarts', async () => {
      const pod = probed('delayed', `readinessProbe: {${exec('true')}, initialDelaySeconds: 4, ${every}}`);
      await pod.untilReady();
      const seconds = (pod.secondsTo((line) => line === 'ready main#0') ?? 0) - (pod.secondsTo((line) => line === 'started main#0') ?? 0);
      ok(seconds >= 3, String(seconds));
      equal(restarts(pod), 0);
    });

    it('with a readiness probe that fails is never ready and never restarts', async () => {
      const pod = probed('unready', `readinessProbe: {${exec('false')}, ${every}}`);
      await isNotRestarted(pod);
      ok(!pod.isTrue('Ready'));
      ok(!pod.lines().includes('ready main#0'));
      equal(pod.container('main')?.started, true);
    });

    it('is restarted with an exec "cat /tmp/health" liveness probe', async () => {
      await isRestarted(probed('cat', `livenessProbe: {${exec('cat /tmp/health')}, failureThreshold: 1, ${every}}`, SICKENS));
    });

    it('is not restarted with an exec "cat /tmp/health" liveness probe that succeeds', async () => {
      await isNotRestarted(
        probed(
          'cat-ok',
          `livenessProbe: {${exec('cat /tmp/health')}, initialDelaySeconds: 1, failureThreshold: 1, ${every}}`,
          'echo ok > /tmp/health; sleep 600',
        ),
      );
    });

    it('is restarted with a /healthz http liveness probe', async () => {
      await isRestarted(
        probed(
          'http',
          `livenessProbe: {httpGet: {path: /missing, port: 8080}, failureThreshold: 1, initialDelaySeconds: 1, ${every}}`,
          SERVES,
        ),
      );
    });

    it('is not restarted with a /healthz http liveness probe that succeeds', async () => {
      await isNotRestarted(
        probed('http-ok', `livenessProbe: {httpGet: {path: /healthz, port: 8080}, initialDelaySeconds: 2, ${every}}`, SERVES),
      );
    });

    it('is not restarted with a tcp:8080 liveness probe', async () => {
      await isNotRestarted(probed('tcp', `livenessProbe: {tcpSocket: {port: 8080}, initialDelaySeconds: 2, ${every}}`, SERVES));
    });

    it('has a monotonically increasing restart count', async () => {
      const pod = probed('again', `livenessProbe: {${exec('false')}, failureThreshold: 1, ${every}}`);
      await pod.until('it is restarted twice', () => restarts(pod) >= 2);
      const counts = pod.statuses.map(
        (status) =>
          [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].find(({ name }) => name === 'main')
            ?.restartCount ?? 0,
      );
      ok(
        counts.every((count, index) => count >= (counts[index - 1] ?? 0)),
        String(counts),
      );
    });

    it('is restarted with an exec liveness probe that takes longer than its timeout', async () => {
      const pod = probed('timeout', `livenessProbe: {${exec('sleep 600')}, timeoutSeconds: 1, failureThreshold: 1, ${every}}`);
      await isRestarted(pod);
      ok(pod.events().some(({ message }) => message.includes('timed out after 1s')));
    });

    it('is restarted with a failing exec liveness probe that takes longer than its timeout', async () => {
      await isRestarted(
        probed('slow-failure', `livenessProbe: {${exec('sleep 3; exit 1')}, timeoutSeconds: 1, failureThreshold: 1, ${every}}`),
      );
    });

    // In the host's network: the server is the test's own.
    it('is restarted with a GRPC liveness probe that is not serving', async () => {
      const grpc = `grpc: {port: ${health.port}, service: unwell}`;
      const pod = probed('grpc', `livenessProbe: {${grpc}, failureThreshold: 1, ${every}}`, undefined, ['hostNetwork: true']);
      await isRestarted(pod);
      ok(pod.events().some(({ message }) => message.includes('service unhealthy (responded with "NOT_SERVING")')));
    });

    it('is not restarted with a GRPC liveness probe that is serving', async () => {
      await isNotRestarted(
        probed('grpc-ok', `livenessProbe: {grpc: {port: ${health.port}}, failureThreshold: 1, ${every}}`, undefined, ['hostNetwork: true']),
      );
    });

    it('is not ready with an exec readiness probe that takes longer than its timeout', async () => {
      const pod = probed('ready-timeout', `readinessProbe: {${exec('sleep 600')}, timeoutSeconds: 1, failureThreshold: 1, ${every}}`);
      await isNotRestarted(pod, 4000);
      ok(!pod.isTrue('Ready'));
    });

    it('is restarted with a local redirect http liveness probe', async () => {
      const run = answering('HTTP/1.1 302 Found\\r\\nLocation: /nowhere\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n');
      // The place that it leads to on the same host answers so too: a loop is a failure.
      await isRestarted(
        probed('redirect', `livenessProbe: {httpGet: {path: /a, port: 8080}, failureThreshold: 1, initialDelaySeconds: 1, ${every}}`, run),
      );
    });

    it('is not restarted with a non-local redirect http liveness probe', async () => {
      const run = answering('HTTP/1.1 302 Found\\r\\nLocation: http://0.0.0.0/\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n');
      const pod = probed(
        'far-redirect',
        'livenessProbe: {httpGet: {path: /a, port: 8080}, failureThreshold: 2, initialDelaySeconds: 1, periodSeconds: 2}',
        run,
      );
      await pod.until('a warning is told', () => pod.events().some(({ reason }) => reason === 'ProbeWarning'));
      equal(restarts(pod), 0);
    });

    it('is restarted when its startup probe fails', async () => {
      await isRestarted(probed('startup', `startupProbe: {${exec('false')}, failureThreshold: 2, ${every}}`));
    });

    it('is not restarted by its liveness probe because the startup probe delays it', async () => {
      const pod = probed(
        'delays',
        `livenessProbe: {${exec('false')}, failureThreshold: 1, ${every}}, startupProbe: {${exec('false')}, failureThreshold: 60, ${every}}`,
      );
      await isNotRestarted(pod, 4000);
      equal(pod.container('main')?.started, false);
    });

    it('is restarted by its liveness probe after the startup probe enables it', async () => {
      const run = 'trap "exit 0" TERM; sleep 2 & wait; touch /tmp/up; sleep 600 & wait';
      const pod = probed(
        'enables',
        `livenessProbe: {${exec('false')}, failureThreshold: 1, ${every}}, startupProbe: {${exec('cat /tmp/up')}, failureThreshold: 60, ${every}}`,
        run,
      );
      await isRestarted(pod);
      ok((pod.secondsTo((line) => line.includes('stopping main#0')) ?? 0) >= 1.5);
      ok(pod.events().some(({ message }) => message.includes('failed liveness probe')));
    });

    it('is ready immediately after its startup probe succeeds', async () => {
      const run = 'trap "exit 0" TERM; sleep 2 & wait; touch /tmp/up; sleep 600 & wait';
      const probes = `startupProbe: {${exec('cat /tmp/up')}, failureThreshold: 60, ${every}}, readinessProbe: {${exec('cat /tmp/up')}, periodSeconds: 60}`;
      const pod = probed('at-once', probes, run);
      await pod.untilReady(20_000);
    });

    for (const probe of ['livenessProbe', 'startupProbe']) {
      it(`overrides the grace of the Pod with that of its ${probe}`, async () => {
        const run = 'trap "" TERM; while true; do sleep 1; done';
        const pod = probed(
          `grace-${probe.toLowerCase()}`,
          `${probe}: {${exec('false')}, failureThreshold: 1, terminationGracePeriodSeconds: 2, ${every}}`,
          run,
          [],
        );
        await pod.untilLine('exited main#0 137 kill', 30_000);
        ok(pod.lines().some((line) => /^stopping main#0 (liveness|startup)Failed 2$/.test(line)));
        pod.delete(1);
      });
    }

    it('has its readiness set to false, and liveness not probed, while the Pod is terminating', async () => {
      const run = 'touch /tmp/ok; trap "rm /tmp/ok; sleep 5; exit 0" TERM; sleep 600 & wait';
      const probes = `readinessProbe: {${exec('cat /tmp/ok')}, failureThreshold: 1, ${every}}, livenessProbe: {${exec('cat /tmp/ok')}, failureThreshold: 1, ${every}}`;
      const pod = probed('terminating', probes, run);
      await pod.untilReady();
      pod.delete(20);
      await pod.untilGone();
      if (!sidecar)
        ok(
          pod.statuses.some(
            (status) => status.containerStatuses?.[0]?.ready === false && status.containerStatuses[0].state.running !== undefined,
          ),
        );
      equal(lines(pod, /^probe.failed main#0 liveness/).length, 0);
    });
  });
}
