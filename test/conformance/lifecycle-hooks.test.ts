/** The behaviour that `test/e2e/common/node/lifecycle_hook.go` of Kubernetes tests (`lifecycle.md` 17.1). */
import { equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ConformanceNode } from './conformance-node.ts';
import { HookReceiver } from './hook-receiver.ts';
import type { TestPod } from './test-pod.ts';

const IMAGE = 'localhost/hooklet/base:1';
const LIVES = 'command: [sh, -c, "trap exit TERM; sleep 1000 & wait"]';

describe('container lifecycle hooks', { concurrency: 6 }, () => {
  let node: ConformanceNode;
  let receiver: HookReceiver;
  before(async () => {
    [node, receiver] = await Promise.all([ConformanceNode.open(), HookReceiver.open()]);
  });
  after(async () => {
    await receiver.close();
    await node.close();
  });

  const handlers: Readonly<Record<string, (path: string) => string>> = {
    exec: (path) => `exec: {command: [sh, -c, "wget -q -O- http://${receiver.host}:${receiver.httpPort}${path}"]}`,
    http: (path) => `httpGet: {host: ${receiver.host}, port: ${receiver.httpPort}, path: "${path}"}`,
    https: (path) => `httpGet: {host: ${receiver.host}, port: ${receiver.httpsPort}, scheme: HTTPS, path: "${path}"}`,
  };

  for (const sidecar of [false, true]) {
    for (const hook of ['postStart', 'preStop']) {
      for (const kind of ['exec', 'http', 'https']) {
        it(`${sidecar ? 'of a restartable init container' : 'of a container'}: execute ${hook} ${kind} hook properly`, async () => {
          const name = `${hook.toLowerCase()}-${kind}${sidecar ? '-sidecar' : ''}`;
          const path = `/echo?msg=${name}`;
          const hooked = `{name: hooked, image: ${IMAGE}, ${LIVES}, lifecycle: {${hook}: {${handlers[kind]?.(path)}}}`;
          const pod = node.create(
            sidecar
              ? podOf(
                  name,
                  `  initContainers:\n  - ${hooked}, restartPolicy: Always}\n  containers:\n  - {name: main, image: ${IMAGE}, ${LIVES}}\n`,
                )
              : podOf(name, `  containers:\n  - ${hooked}}\n`),
          );
          await pod.untilReady();
          equal(receiver.seen.includes(path), hook === 'postStart');
          pod.delete(15);
          await pod.untilGone();
          equal(receiver.seen.filter((seen) => seen === path).length, 1);
        });
      }
    }
  }

  const stopSeconds = (pod: TestPod): number =>
    (pod.secondsTo((line) => line.startsWith('exited')) ?? 0) - (pod.secondsTo((line) => line.startsWith('pod.deleting')) ?? 0);
  const sleeping = (name: string, seconds: number, grace: number, command = LIVES): string =>
    podOf(
      name,
      `  terminationGracePeriodSeconds: ${grace}\n  containers:\n  - {name: main, image: ${IMAGE}, ${command}, lifecycle: {preStop: {sleep: {seconds: ${seconds}}}}}\n`,
    );

  it('sleep: a valid preStop hook is waited for', async () => {
    const pod = node.create(sleeping('sleeps', 4, 10));
    await pod.untilReady();
    pod.delete();
    await pod.untilGone();
    ok(stopSeconds(pod) >= 4 && stopSeconds(pod) < 10, String(stopSeconds(pod)));
  });

  it('sleep: a grace that is reduced meanwhile ends the wait', async () => {
    const pod = node.create(sleeping('reduced', 25, 30));
    await pod.untilReady();
    pod.delete();
    await pod.untilLine('hook.started');
    pod.delete(3);
    await pod.untilGone();
    ok(stopSeconds(pod) >= 3 && stopSeconds(pod) < 15, String(stopSeconds(pod)));
  });

  it('sleep: does not run for a container that has ended', async () => {
    const pod = node.create(sleeping('ended', 25, 30, 'command: ["true"]').replace('Always', 'Never'));
    await pod.untilPhase('Succeeded');
    pod.delete();
    await pod.untilGone();
    ok(pod.lines().includes('hook.skipped main#0 preStop containerExited'));
  });

  it('sleep: of zero seconds is over at once', async () => {
    const pod = node.create(sleeping('zero', 0, 30));
    await pod.untilReady();
    pod.delete();
    await pod.untilGone();
    ok(stopSeconds(pod) < 10, String(stopSeconds(pod)));
    ok(pod.lines().some((line) => line === 'hook.finished main#0 preStop succeeded'));
  });

  it('stop signal: one may be given with os.name linux', async () => {
    const pod = node.create(
      podOf(
        'signal',
        `  os: {name: linux}\n  containers:\n  - {name: main, image: ${IMAGE}, ${LIVES}, lifecycle: {stopSignal: SIGTERM}}\n`,
      ),
    );
    await pod.untilReady();
    pod.delete();
    await pod.untilGone();
    ok(pod.lines().includes('signal.sent main#0 SIGTERM'));
  });
});

const podOf = (name: string, spec: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  restartPolicy: Always\n${spec}`;
