/**
 * What Kubernetes tests of a Pod's life and status through the API (`lifecycle.md` 17.2 and 17.4): `test/e2e/node/pods.go`,
 * `node/events.go` and `common/node/pods.go`.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LIVES, ofShell, podOf } from '../../e2e/kubectl-pods.ts';
import { baseImage } from '../../e2e/pod-text.ts';
import { isReady, type WatchedPod } from '../../e2e/pod-watch.ts';
import { NODE_NAME } from '../../e2e/up-node.ts';
import { ApiPods } from './api-pods.ts';

const mainOf = ({ status }: WatchedPod) => status.containerStatuses?.find(({ name }) => name === 'main');
const generations = ({ metadata, status }: WatchedPod) => [metadata.generation, status.observedGeneration];
const hasObserved =
  (wanted: number) =>
  (pod: WatchedPod): boolean =>
    pod.status.observedGeneration === wanted;

describe('the life of Pods, through the API', { concurrency: 4 }, () => {
  let pods: ApiPods;
  before(async () => {
    pods = await ApiPods.open();
  });
  after(() => pods?.close());

  it('pods.go: never reports success for a container that was pending', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `pending-${index}`);
    await Promise.all(names.map((name) => pods.create(podOf(name, ofShell('exit 1'), { restartPolicy: 'Never' }))));
    // Each is deleted a little later in its life than the one before.
    const moments = [
      () => true,
      ({ spec }: WatchedPod) => spec?.nodeName === NODE_NAME,
      (pod: WatchedPod) => mainOf(pod)?.state?.waiting?.reason === 'ContainerCreating',
      ({ status }: WatchedPod) => status.podIP !== undefined,
      (pod: WatchedPod) => mainOf(pod)?.containerID !== undefined,
      ({ status }: WatchedPod) => status.phase === 'Failed',
    ];
    await Promise.all(
      names.map(async (name, index) => {
        await pods.watch.untilPod(name, 'its moment', moments[index] as (pod: WatchedPod) => boolean);
        await pods.delete(name);
        await pods.watch.untilGone(name);
      }),
    );
    for (const { pod } of names.flatMap((name) => pods.watch.of(name))) {
      const code = mainOf(pod)?.state?.terminated?.exitCode;
      ok(code !== 0 && pod.status.phase !== 'Succeeded', JSON.stringify(pod.status));
    }
  });

  it('pods.go: never reports that a container was started when an init container fails', async () => {
    const init = { name: 'fails', image: baseImage, command: ['false'] };
    await pods.create(podOf('no-start', ofShell(LIVES), { restartPolicy: 'Never', initContainers: [init] }));
    await pods.watch.untilPod('no-start', 'it has failed', ({ status }) => status.phase === 'Failed');
    await pods.delete('no-start');
    await pods.watch.untilGone('no-start');
    for (const { pod } of pods.watch.of('no-start')) {
      const main = mainOf(pod);
      ok(
        main === undefined || (main.started !== true && main.state?.running === undefined && main.containerID === undefined),
        JSON.stringify(main),
      );
    }
  });

  it('pods.go: makes no further sandbox when all containers are done', async () => {
    await pods.create(podOf('done', ofShell('true'), { restartPolicy: 'Never' }));
    const { metadata } = await pods.watch.untilPod('done', 'it is done', ({ status }) => status.phase === 'Succeeded');
    // A change makes the node look at the Pod once more.
    const changed = await pods.patch('done', { spec: { activeDeadlineSeconds: 1000 } });
    await pods.watch.untilPod('done', 'the change was seen', hasObserved(changed.metadata.generation ?? 0));
    deepEqual(await pods.events(`involvedObject.uid=${metadata.uid},reason=SandboxChanged`), []);
    equal((await pods.events(`involvedObject.uid=${metadata.uid},reason=Started`))[0]?.count, 1);
    await pods.delete('done');
  });

  it('pods.go: Pod Generation: begins at 1, grows with each change of the spec and with a graceful delete', async () => {
    const first = await pods.ready(podOf('generation', ofShell(LIVES)));
    deepEqual(generations(first), [1, 1]);
    equal((await pods.patch('generation', { metadata: { labels: { no: 'change' } } })).metadata.generation, 1);
    equal((await pods.patch('generation', { spec: { activeDeadlineSeconds: 5000 } })).metadata.generation, 2);
    const toleration = { key: 'any', operator: 'Exists', effect: 'NoSchedule' };
    const tolerations = [...(first.spec?.tolerations ?? []), toleration];
    equal((await pods.patch('generation', { spec: { tolerations } })).metadata.generation, 3);
    equal((await pods.patch('generation', { spec: { tolerations } })).metadata.generation, 3);
    const seen = await pods.watch.untilPod('generation', 'the third was seen', hasObserved(3));
    for (const condition of seen.status.conditions ?? []) ok((condition.observedGeneration ?? 0) >= 1, JSON.stringify(condition));
    equal((await pods.delete('generation')).metadata.generation, 4);
    await pods.watch.untilGone('generation');
    deepEqual(generations(pods.watch.last('generation') as WatchedPod), [4, 4]);
  });

  it('pods.go: Pod Generation: what a client sets is ignored', async () => {
    const made = await pods.create(podOf('own', ofShell(LIVES), {}, { generation: 100 }));
    equal(made.metadata.generation, 1);
    equal((await pods.patch('own', { metadata: { generation: 50 } })).metadata.generation, 1);
    deepEqual(generations(await pods.watch.untilReady('own')), [1, 1]);
    await pods.delete('own', { gracePeriodSeconds: 0 });
  });

  it('pods.go: Pod Generation: after many changes, the last one is observed', async () => {
    await pods.ready(podOf('busy', ofShell(LIVES)));
    for (let index = 1; index <= 50; index += 1) await pods.patch('busy', { spec: { activeDeadlineSeconds: 10_000 - index } });
    deepEqual(generations(await pods.watch.untilPod('busy', 'the last was observed', hasObserved(51))), [51, 51]);
    equal(mainOf(await pods.get('busy'))?.restartCount, 0);
    await pods.delete('busy');
  });

  it('pods.go: Pod Generation: a Pod that the node refuses has it too', async () => {
    const spec = { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '65536' }] } };
    await pods.create(podOf('refused', ofShell(LIVES), spec));
    const refused = await pods.watch.untilPod('refused', 'it is refused', ({ status }) => status.phase === 'Failed');
    deepEqual([refused.status.reason, ...generations(refused)], ['SysctlForbidden', 1, 1]);
    await pods.delete('refused');
  });

  it('events.go: events come from the kubelet and from the scheduler', async () => {
    const { metadata } = await pods.ready(podOf('told', ofShell(LIVES)));
    const of = `involvedObject.kind=Pod,involvedObject.uid=${metadata.uid},involvedObject.namespace=default`;
    equal((await pods.untilEvent(`${of},source=default-scheduler`)).reason, 'Scheduled');
    equal((await pods.untilEvent(`${of},source=kubelet`)).source?.host, NODE_NAME);
    await pods.delete('told');
  });

  it('pods.go: is submitted and removed, as a watch shows it', async () => {
    await pods.create(podOf('watched', ofShell(LIVES), {}, { labels: { by: 'watch' } }));
    await pods.watch.untilReady('watched');
    deepEqual(await pods.names('by=watch'), ['watched']);
    await pods.delete('watched');
    await pods.watch.untilGone('watched');
    const types = pods.watch.of('watched').map(({ type }) => type);
    deepEqual([types[0], types.at(-1), new Set(types.slice(1, -1))], ['ADDED', 'DELETED', new Set(['MODIFIED'])]);
    ok(pods.watch.last('watched')?.metadata.deletionTimestamp !== undefined);
    deepEqual(await pods.names('by=watch'), []);
  });

  it('pods.go: runs through the lifecycle of Pods and PodStatus', async () => {
    const json = podOf('lived', ofShell(LIVES), {}, { labels: { 'test-pod': 'static' } });
    const { metadata } = await pods.ready(json);
    const patched = await pods.patch('lived', {
      metadata: { labels: { 'test-pod': 'patched' } },
      spec: { containers: [{ name: 'main', image: baseImage }] },
    });
    equal((patched.metadata.labels as Record<string, string>)['test-pod'], 'patched');
    const condition = { type: 'example.com/seen', status: 'True', reason: 'Test' };
    const told = await pods.patch('lived', { status: { conditions: [condition] } }, '/status');
    ok(told.status.conditions?.some(({ type }) => type === condition.type));
    // The node goes on writing its own part, and leaves that of others.
    await pods.patch('lived', { spec: { activeDeadlineSeconds: 1000 } });
    const seen = await pods.watch.untilPod('lived', 'the change was seen', hasObserved(2));
    ok(
      seen.status.conditions?.some(({ type, reason }) => type === condition.type && reason === 'Test'),
      JSON.stringify(seen.status.conditions),
    );
    equal(seen.metadata.uid, metadata.uid);
    await pods.deleteAll('test-pod=patched');
    await pods.watch.untilGone('lived');
  });

  it('pods.go: a status can be patched; a later one of the node replaces what is the node’s', async () => {
    await pods.ready(podOf('patched', ofShell(LIVES)));
    const { status } = await pods.patch('patched', { status: { message: 'patched by a test', reason: 'Test' } }, '/status');
    deepEqual([status.message, status.reason, status.phase], ['patched by a test', 'Test', 'Running']);
    equal((await pods.get('patched')).status.message, 'patched by a test');
    await pods.delete('patched');
    await pods.watch.untilGone('patched');
  });

  it('pods.go: a collection can be deleted', async () => {
    const names = ['one', 'two', 'three'].map((word) => `collected-${word}`);
    await Promise.all(names.map((name) => pods.create(podOf(name, ofShell(LIVES), {}, { labels: { kind: 'collected' } }))));
    await pods.ready(podOf('other', ofShell(LIVES), {}, { labels: { kind: 'other' } }));
    await pods.deleteAll('kind=collected');
    for (const name of names) await pods.watch.untilGone(name);
    deepEqual([await pods.names('kind=collected'), await pods.names('kind=other')], [[], ['other']]);
    await pods.delete('other');
  });

  it('pods.go: supports readiness gates', async () => {
    const gate = 'example.com/gate';
    await pods.create(podOf('gated', ofShell(LIVES), { readinessGates: [{ conditionType: gate }] }));
    const isRunning = (pod: WatchedPod): boolean => mainOf(pod)?.ready === true;
    const waiting = await pods.watch.untilPod('gated', 'its container is ready', isRunning);
    equal(isReady(waiting), false);
    const ready = waiting.status.conditions?.find(({ type }) => type === 'Ready');
    equal(ready?.reason, 'ReadinessGatesNotReady');
    await pods.patch('gated', { status: { conditions: [{ type: gate, status: 'True' }] } }, '/status');
    await pods.watch.untilReady('gated');
    const before = pods.watch.of('gated').length;
    await pods.patch('gated', { status: { conditions: [{ type: gate, status: 'False' }] } }, '/status');
    await pods.watch.until('it is unready again', () =>
      pods.watch
        .of('gated')
        .slice(before)
        .some(({ pod }) => !isReady(pod)),
    );
    await pods.delete('gated');
  });
});
