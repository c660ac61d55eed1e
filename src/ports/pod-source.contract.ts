import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Pod } from '../model/pod.ts';
import type { DesiredPod, PodSource } from './pod-source.ts';

/** A source, and how its owner changes what is wanted; what that does is seen once it has resolved. */
export interface PodSourceSubject {
  readonly source: PodSource;
  put(pod: Pod): void | Promise<void>;
  delete(uid: string, graceSeconds?: number): void | Promise<void>;
}

export type OpenPodSource = (t: TestContext) => PodSourceSubject | Promise<PodSourceSubject>;

const podOf = (name: string, labels: Readonly<Record<string, string>> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: `uid-${name}`, labels },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [] },
});

/** What of a Pod a source must give on as it is. */
const shown = (desired: DesiredPod | undefined): unknown => {
  if (desired === undefined) return undefined;
  const { metadata, spec } = desired.pod;
  return { uid: metadata.uid, name: metadata.name, labels: metadata.labels, grace: spec.terminationGracePeriodSeconds };
};

export function podSourceContract(name: string, open: OpenPodSource): void {
  describe(`${name} as PodSource`, () => {
    readTests(open);
    deletionTests(open);
  });
}

function readTests(open: OpenPodSource): void {
  it('get() and list() give the Pods that are wanted, and nothing once they are removed', async (t) => {
    const { source, put } = await open(t);
    assert.deepEqual([source.list(), source.get('uid-a')], [[], undefined]);
    await put(podOf('a'));
    await put(podOf('b', { app: 'web' }));
    const b = { uid: 'uid-b', name: 'b', labels: { app: 'web' }, grace: 30 };
    assert.deepEqual(source.list().map(shown), [{ uid: 'uid-a', name: 'a', labels: {}, grace: 30 }, b]);
    assert.deepEqual(shown(source.get('uid-b')), b);
    source.removed('uid-a');
    assert.deepEqual([source.list().map(shown), source.get('uid-a')], [[b], undefined]);
  });

  it('get() gives a Pod as it was put last', async (t) => {
    const { source, put } = await open(t);
    await put(podOf('a'));
    await put(podOf('a', { app: 'web' }));
    assert.deepEqual(source.list().map(shown), [{ uid: 'uid-a', name: 'a', labels: { app: 'web' }, grace: 30 }]);
  });

  it('onChange() tells which Pod to read again, until it is told to stop', async (t) => {
    const { source, put, delete: remove } = await open(t);
    const seen: string[] = [];
    const stop = source.onChange((uid) => seen.push(`${uid} ${source.get(uid)?.deletion?.graceSeconds ?? '-'}`));
    await put(podOf('a'));
    await remove('uid-a', 5);
    source.removed('uid-a');
    stop();
    await put(podOf('b'));
    assert.deepEqual(seen, ['uid-a -', 'uid-a 5', 'uid-a -']);
  });
}

function deletionTests(open: OpenPodSource): void {
  const graceOf = ({ source }: PodSourceSubject): number | undefined => source.get('uid-a')?.deletion?.graceSeconds;

  it('a delete without a grace takes the Pod’s own', async (t) => {
    const subject = await open(t);
    await subject.put(podOf('a'));
    await subject.delete('uid-a');
    assert.equal(graceOf(subject), 30);
  });

  it('a later delete only shortens the grace', async (t) => {
    const subject = await open(t);
    await subject.put(podOf('a'));
    for (const [asked, expected] of [
      [20, 20],
      [undefined, 20],
      [40, 20],
      [0, 0],
      [10, 0],
    ] as const) {
      await subject.delete('uid-a', asked);
      assert.equal(graceOf(subject), expected);
    }
  });

  it('a Pod that was asked to go stays so when it is put again', async (t) => {
    const subject = await open(t);
    await subject.put(podOf('a'));
    await subject.delete('uid-a', 5);
    await subject.put(podOf('a'));
    assert.equal(graceOf(subject), 5);
  });

  it('a delete of a Pod that is not there is no error', async (t) => {
    const subject = await open(t);
    await subject.delete('uid-a', 5);
    subject.source.removed('uid-a');
    assert.deepEqual(subject.source.list(), []);
  });
}
