/**
 * What Kubernetes tests of Pods that end, through the API (`lifecycle.md` 17.2): `test/e2e/node/pre_stop.go`,
 * `common/node/file_key.go`, `test/e2e_node/pod_ips.go`, and what `node/pods.go` and `node/kubelet.go` delete; `node/container_termination_metrics.go`.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LIVES, ofShell, podOf } from '../../e2e/kubectl-pods.ts';
import { baseImage, shell } from '../../e2e/pod-text.ts';
import type { WatchedPod } from '../../e2e/pod-watch.ts';
import { HookReceiver } from '../hook-receiver.ts';
import { ApiPods } from './api-pods.ts';

const stateOf = ({ status }: WatchedPod) => status.containerStatuses?.[0]?.state ?? {};
const ipsOf = ({ status }: WatchedPod): readonly unknown[] => [status.podIP, status.podIPs];

describe('Pods that end, through the API', { concurrency: 4 }, () => {
  let pods: ApiPods;
  let receiver: HookReceiver;
  before(async () => {
    [pods, receiver] = await Promise.all([ApiPods.open(), HookReceiver.open()]);
  });
  after(async () => {
    await receiver?.close();
    await pods?.close();
  });

  it('pre_stop.go: preStop is called when a Pod is killed', async () => {
    const path = '/write?from=tester';
    const hook = shell(`wget -q -O- --post-data=hook "http://${receiver.host}:${receiver.httpPort}${path}"`);
    await pods.ready(podOf('tester', ofShell(LIVES, { lifecycle: { preStop: hook } })));
    equal(receiver.seen.includes(path), false);
    await pods.delete('tester');
    await pods.watch.untilGone('tester');
    equal(receiver.seen.filter((seen) => seen === path).length, 1);
  });

  it('pre_stop.go: a graceful end waits until preStop completes: the Pod runs until then', async () => {
    const endless = { lifecycle: { preStop: shell('while true; do sleep 1; done') } };
    const { metadata } = await pods.ready(podOf('waiting', ofShell(LIVES, endless), { terminationGracePeriodSeconds: 6 }));
    const marked = await pods.delete('waiting');
    await pods.untilEvent(`involvedObject.uid=${metadata.uid},reason=Killing`);
    const during = await pods.get('waiting');
    deepEqual([during.status.phase, Object.keys(stateOf(during))], ['Running', ['running']]);
    await pods.watch.untilGone('waiting');
    const ended = stateOf(pods.watch.last('waiting') as WatchedPod).terminated;
    ok(Date.parse(ended?.finishedAt ?? '') >= Date.parse(marked.metadata.deletionTimestamp ?? ''), JSON.stringify(ended));
  });

  it('file_key.go: postStart and preStop see the environment that comes from a file', async () => {
    const tell = (hook: string) => shell(`wget -q -O- "http://${receiver.host}:${receiver.httpPort}/${hook}?$WORD"`);
    const container = ofShell(LIVES, {
      env: [{ name: 'WORD', valueFrom: { fileKeyRef: { volumeName: 'config', path: 'env', key: 'WORD' } } }],
      lifecycle: { postStart: tell('postStart'), preStop: tell('preStop') },
    });
    const mounted = { volumeMounts: [{ name: 'config', mountPath: '/config' }] };
    const init = { name: 'writes', image: baseImage, command: ['sh', '-c', `echo "WORD='from-the-file'" > /config/env`], ...mounted };
    await pods.ready(podOf('from-file', container, { initContainers: [init], volumes: [{ name: 'config', emptyDir: {} }] }));
    ok(receiver.seen.includes('/postStart?from-the-file'), receiver.seen.join(' '));
    await pods.delete('from-file');
    await pods.watch.untilGone('from-file');
    ok(receiver.seen.includes('/preStop?from-the-file'), receiver.seen.join(' '));
  });

  for (const [phase, script] of [
    ['Succeeded', 'sleep 1'],
    ['Failed', 'sleep 1; exit 1'],
  ] as const) {
    it(`pod_ips.go: a Pod that has ${phase.toLowerCase()} keeps its addresses`, async () => {
      const name = `ips-${phase.toLowerCase()}`;
      await pods.create(podOf(name, ofShell(script), { restartPolicy: 'Never' }));
      const running = await pods.watch.untilPod(name, 'it has an address', ({ status }) => status.podIP !== undefined);
      const ended = await pods.watch.untilPod(name, `it is ${phase}`, ({ status }) => status.phase === phase);
      deepEqual(ipsOf(ended), ipsOf(running));
      deepEqual(ipsOf(ended)[1], [{ ip: ended.status.podIP }]);
      await pods.delete(name);
    });
  }

  it('pod_ips.go: a Pod keeps its addresses while it is ending', async () => {
    const before = await pods.ready(podOf('ips-ending', ofShell(LIVES, { lifecycle: { preStop: shell('sleep 1') } })));
    await pods.delete('ips-ending');
    await pods.watch.untilGone('ips-ending');
    const changes = pods.watch.of('ips-ending').filter(({ pod }) => pod.metadata.deletionTimestamp !== undefined);
    ok(changes.length >= 3);
    for (const { pod } of changes) deepEqual(ipsOf(pod), ipsOf(before));
  });

  it('pods.go: Delete Grace Period: is submitted and removed', async () => {
    const { metadata } = await pods.ready(podOf('submitted', ofShell(LIVES)));
    const marked = await pods.delete('submitted', { gracePeriodSeconds: 30 });
    ok(marked.metadata.deletionTimestamp !== undefined);
    deepEqual([marked.metadata.deletionGracePeriodSeconds, marked.metadata.uid], [30, metadata.uid]);
    await pods.watch.untilGone('submitted');
    const container = stateOf(pods.watch.last('submitted') as WatchedPod);
    equal(container.terminated?.exitCode, 0);
  });

  it('container_termination_metrics.go: ended containers are counted by their exit code', async () => {
    const counted = async (code: number): Promise<number> => {
      const { status, body } = await pods.api.request({ method: 'GET', path: '/metrics' });
      equal(status, 200);
      const found = new RegExp(`^\\w*terminated_containers_total\\{container_type="container",exit_code="${code}"\\} (\\d+)$`, 'm').exec(
        String(body),
      );
      return Number(found?.[1] ?? 0);
    };
    deepEqual([await counted(21), await counted(22)], [0, 0]);
    await pods.create(podOf('counted-21', ofShell('exit 21'), { restartPolicy: 'Never' }));
    await pods.create(podOf('counted-22', ofShell('exit 22'), { restartPolicy: 'Never' }));
    for (const name of ['counted-21', 'counted-22']) {
      await pods.watch.untilPod(name, 'it has failed', ({ status }) => status.phase === 'Failed');
      await pods.delete(name);
    }
    deepEqual([await counted(21), await counted(22)], [1, 1]);
  });

  it('pods.go: an evicted Pod is terminal', async () => {
    const mounted = { volumeMounts: [{ name: 'small', mountPath: '/small' }] };
    const fills = ofShell(`dd if=/dev/zero of=/small/file bs=1M count=3; ${LIVES}`, mounted);
    await pods.create(podOf('evicted', fills, { volumes: [{ name: 'small', emptyDir: { sizeLimit: '1Mi' } }] }));
    const evicted = await pods.watch.untilPod('evicted', 'it has failed', ({ status }) => status.phase === 'Failed');
    equal(evicted.status.reason, 'Evicted');
    deepEqual(Object.keys(stateOf(evicted)), ['terminated']);
    await pods.delete('evicted');
    await pods.watch.untilGone('evicted');
    const later = pods.watch.of('evicted').slice(pods.watch.of('evicted').findIndex(({ pod }) => pod.status.phase === 'Failed'));
    ok(later.every(({ pod }) => pod.status.phase === 'Failed'));
  });

  it('kubelet.go: N Pods of a node can be deleted', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `many-${index}`);
    await Promise.all(names.map((name) => pods.create(podOf(name, ofShell(LIVES), {}, { labels: { many: 'yes' } }))));
    for (const name of names) await pods.watch.untilReady(name);
    deepEqual([...(await pods.names('many=yes'))].sort(), names);
    await pods.deleteAll('many=yes');
    for (const name of names) await pods.watch.untilGone(name);
    deepEqual(await pods.names('many=yes'), []);
  });
});
