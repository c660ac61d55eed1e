/** How each kind of delete ends, as a watcher of the API sees it (`lifecycle.md` 2.3 and 9), on real containers. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { HttpsKubeApi } from '../../src/kubeapi/https-kube-api.ts';
import type { KubeAnswer } from '../../src/ports/kube-api.ts';
import { LIVES, ofShell, podOf } from './kubectl-pods.ts';
import { exec, shell } from './pod-text.ts';
import { type PodChange, PodWatch, type WatchedPod } from './pod-watch.ts';
import { UpNode } from './up-node.ts';

const PODS = '/api/v1/namespaces/default/pods';
const LONG_HOOK = { lifecycle: { preStop: shell('sleep 300') } };

let up: UpNode;
let api: HttpsKubeApi;
let watch: PodWatch;

async function created(name: string, container: object = ofShell(LIVES), spec: object = {}): Promise<WatchedPod> {
  const body = JSON.parse(podOf(name, { ...container }, { ...spec }));
  const answer = await api.request({ method: 'POST', path: PODS, body });
  equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body as WatchedPod;
}

async function ready(name: string, container?: object, spec?: object): Promise<WatchedPod> {
  await created(name, container, spec);
  return watch.untilReady(name);
}

const asked = (name: string, body: object = {}): Promise<KubeAnswer> => api.request({ method: 'DELETE', path: `${PODS}/${name}`, body });

async function deleted(name: string, body: object = {}): Promise<WatchedPod> {
  const answer = await asked(name, body);
  equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body as WatchedPod;
}

/** "MODIFIED Running grace=5 generation=2 running": what of a change tells how a delete goes on. */
function lineOf({ type, pod }: PodChange): string {
  const { deletionGracePeriodSeconds: grace, generation } = pod.metadata;
  const [main] = pod.status.containerStatuses ?? [];
  const state = Object.keys(main?.state ?? {})[0] ?? 'none';
  return `${type} ${pod.status.phase} grace=${grace} generation=${generation} ${state}`;
}

/**
 * From the delete on, each kind of change once. That a container has ended is shown as soon as it is known; the kubelet
 * holds it back until all of them have, and then tells the phase with it.
 */
function endOf(name: string): readonly string[] {
  const lines = watch
    .of(name)
    .filter(({ pod }) => pod.metadata.deletionTimestamp !== undefined)
    .map(lineOf);
  return lines.filter((line, index) => line !== lines[index - 1] && !/Running .* terminated$/.test(line));
}

const secondsOf = (time: string | undefined): number => Date.parse(time ?? '') / 1000;

before(async () => {
  up = await UpNode.open();
  api = await up.api();
  watch = new PodWatch(api, 'default');
});
after(async () => {
  await watch?.close();
  api?.close();
  await up?.close();
});

describe('a delete, as a watch shows it', { concurrency: 4 }, () => {
  it('with a grace: first marked, then ended, then gone', async () => {
    const before = await ready('graceful', ofShell(LIVES, { lifecycle: { preStop: exec('true') } }), { terminationGracePeriodSeconds: 20 });
    equal(before.metadata.generation, 1);
    const asked = Date.now() / 1000;
    const answer = await deleted('graceful');
    deepEqual([answer.metadata.deletionGracePeriodSeconds, answer.metadata.generation, answer.status.phase], [20, 2, 'Running']);
    ok(Math.abs(secondsOf(answer.metadata.deletionTimestamp) - asked - 20) < 5, answer.metadata.deletionTimestamp);
    await watch.untilGone('graceful');
    deepEqual(endOf('graceful'), [
      'MODIFIED Running grace=20 generation=2 running',
      'MODIFIED Succeeded grace=20 generation=2 terminated',
      'MODIFIED Succeeded grace=0 generation=2 terminated',
      'DELETED Succeeded grace=0 generation=2 terminated',
    ]);
    const last = watch.last('graceful');
    ok(secondsOf(last?.metadata.deletionTimestamp) <= secondsOf(answer.metadata.deletionTimestamp), 'the time was moved to the end');
    equal(last?.status.podIP, before.status.podIP);
    equal(last?.status.observedGeneration, 2);
    deepEqual(
      last?.status.containerStatuses?.map(({ ready, started }) => [ready, started]),
      [[false, false]],
    );
  });

  it('that the grace ends: 137, and Failed', async () => {
    await ready('overrun', ofShell('trap "" TERM; while true; do sleep 1; done', LONG_HOOK), { terminationGracePeriodSeconds: 2 });
    await deleted('overrun');
    await watch.untilGone('overrun');
    deepEqual(endOf('overrun').slice(-2), [
      'MODIFIED Failed grace=0 generation=2 terminated',
      'DELETED Failed grace=0 generation=2 terminated',
    ]);
    equal(watch.last('overrun')?.status.containerStatuses?.[0]?.state?.terminated?.exitCode, 137);
  });

  it('by force: gone at once, and its containers after it', async () => {
    const { podsDir } = await up.hooklet.paths();
    const { metadata } = await ready('forced', ofShell(LIVES, LONG_HOOK), { terminationGracePeriodSeconds: 300 });
    ok(existsSync(join(podsDir, metadata.uid)));
    await deleted('forced', { gracePeriodSeconds: 0 });
    await watch.untilGone('forced');
    deepEqual(endOf('forced'), ['MODIFIED Running grace=0 generation=2 running', 'DELETED Running grace=0 generation=2 running']);
    await untilEvent(metadata.uid, 'Killing');
    await untilNothingIsLeft(metadata.uid);
  });

  it('by force during a graceful one: the object goes, and the hook with it', async () => {
    const { metadata } = await ready('hurried', ofShell(LIVES, LONG_HOOK), { terminationGracePeriodSeconds: 300 });
    await deleted('hurried');
    await untilEvent(metadata.uid, 'Killing');
    await deleted('hurried', { gracePeriodSeconds: 0 });
    await watch.untilGone('hurried');
    deepEqual(endOf('hurried'), [
      'MODIFIED Running grace=300 generation=2 running',
      'MODIFIED Running grace=0 generation=2 running',
      'DELETED Running grace=0 generation=2 running',
    ]);
    await untilNothingIsLeft(metadata.uid);
  });

  it('of one that no node has: gone at once', async () => {
    await created('unbound', ofShell(LIVES, { resources: { requests: { cpu: '100k' } } }));
    await deleted('unbound');
    await watch.untilGone('unbound');
    deepEqual(endOf('unbound'), ['MODIFIED Pending grace=0 generation=2 none', 'DELETED Pending grace=0 generation=2 none']);
  });

  it('of one whose image is not there: Failed, then gone', async () => {
    await created('pending', ofShell(LIVES, { image: 'localhost/hooklet/none:1', imagePullPolicy: 'Never' }));
    await watch.untilPod(
      'pending',
      'it waits for the image',
      ({ status }) => status.containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImageNeverPull',
    );
    await deleted('pending');
    await watch.untilGone('pending');
    const end = endOf('pending');
    equal(end[0], 'MODIFIED Pending grace=10 generation=2 waiting');
    match(end.at(-2) ?? '', /^MODIFIED Failed grace=0 generation=2 /);
    match(end.at(-1) ?? '', /^DELETED Failed grace=0 generation=2 /);
  });

  it('of one that has ended: gone at once', async () => {
    await created('ended', ofShell('true'), { restartPolicy: 'Never' });
    await watch.untilPod('ended', 'it has ended', ({ status }) => status.phase === 'Succeeded');
    await deleted('ended', { gracePeriodSeconds: 30 });
    await watch.untilGone('ended');
    deepEqual(endOf('ended'), ['MODIFIED Succeeded grace=0 generation=2 terminated', 'DELETED Succeeded grace=0 generation=2 terminated']);
  });

  it('a second time: a longer grace changes nothing, a shorter one does', async () => {
    await ready('twice', ofShell(LIVES, LONG_HOOK), { terminationGracePeriodSeconds: 200 });
    const first = await deleted('twice');
    const longer = await deleted('twice', { gracePeriodSeconds: 250 });
    const again = await deleted('twice');
    for (const { metadata } of [longer, again]) {
      deepEqual(
        [metadata.deletionTimestamp, metadata.deletionGracePeriodSeconds, metadata.generation],
        [first.metadata.deletionTimestamp, 200, 2],
      );
    }
    const shorter = await deleted('twice', { gracePeriodSeconds: 120 });
    equal(shorter.metadata.deletionGracePeriodSeconds, 120);
    equal(secondsOf(shorter.metadata.deletionTimestamp), secondsOf(first.metadata.deletionTimestamp) - 80);
    await deleted('twice', { gracePeriodSeconds: 1 });
    await watch.untilGone('twice');
    const graces = endOf('twice').map((line) => /grace=(\d+)/.exec(line)?.[1]);
    deepEqual([...new Set(graces)], ['200', '120', '1', '0']);
  });

  it('with a wrong UID or version: refused, and nothing happens', async () => {
    const { metadata } = await ready('kept');
    const wrong = await asked('kept', { preconditions: { uid: 'another' } });
    const { reason, message } = wrong.body as { reason: string; message: string };
    deepEqual([wrong.status, reason], [409, 'Conflict']);
    match(message, new RegExp(`UID in the precondition \\(another\\) does not match the UID in record \\(${metadata.uid}\\)`));
    equal((await asked('kept', { preconditions: { resourceVersion: '1' } })).status, 409);
    const now = (await api.request({ method: 'GET', path: `${PODS}/kept` })).body as WatchedPod;
    equal(now.metadata.deletionTimestamp, undefined);
    deepEqual(endOf('kept'), []);
    equal((await deleted('kept', { preconditions: { uid: metadata.uid }, gracePeriodSeconds: 1 })).metadata.uid, metadata.uid);
    await watch.untilGone('kept');
  });

  it('with a negative grace: that is one of a second', async () => {
    await ready('negative');
    equal((await deleted('negative', { gracePeriodSeconds: -1 })).metadata.deletionGracePeriodSeconds, 1);
    await watch.untilGone('negative');
  });

  it('of a Pod that is not there: 404', async () => {
    const { status, body } = await asked('nobody');
    deepEqual([status, (body as { reason: string }).reason], [404, 'NotFound']);
  });
});

async function untilEvent(uid: string, reason: string): Promise<void> {
  const query = { fieldSelector: `involvedObject.uid=${uid},reason=${reason}` };
  await until(`the event ${reason}`, async () => {
    const { body } = await api.request({ method: 'GET', path: '/api/v1/namespaces/default/events', query });
    return (body as { items: readonly unknown[] }).items.length > 0;
  });
}

/** What a forced delete leaves to do is not in the API any more; a Pod's directory is the last of it that goes. */
async function untilNothingIsLeft(uid: string): Promise<void> {
  const { podsDir } = await up.hooklet.paths();
  await until('its containers are gone', async () => !existsSync(join(podsDir, uid)));
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not seen: ${what}`);
    await delay(100);
  }
}
