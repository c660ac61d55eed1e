import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod } from '../model/pod.ts';
import type { PodSource } from './pod-source.ts';

/** A source, and how its owner changes what is wanted. */
export interface PodSourceSubject {
  readonly source: PodSource;
  put(pod: Pod): void;
  delete(uid: string, graceSeconds?: number): void;
}

const podOf = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: `uid-${name}` },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [] },
});

export function podSourceContract(name: string, open: () => PodSourceSubject): void {
  describe(`${name} as PodSource`, () => {
    readTests(open);
    deletionTests(open);
  });
}

function readTests(open: () => PodSourceSubject): void {
  it('get() and list() give the Pods that are wanted, and nothing once they are removed', () => {
    const { source, put } = open();
    assert.deepEqual([source.list(), source.get('uid-a')], [[], undefined]);
    put(podOf('a'));
    put(podOf('b'));
    assert.deepEqual(source.list(), [{ pod: podOf('a') }, { pod: podOf('b') }]);
    assert.deepEqual(source.get('uid-b'), { pod: podOf('b') });
    source.removed('uid-a');
    assert.deepEqual([source.list(), source.get('uid-a')], [[{ pod: podOf('b') }], undefined]);
  });

  it('onChange() tells which Pod to read again, until it is told to stop', () => {
    const { source, put, delete: remove } = open();
    const seen: string[] = [];
    const stop = source.onChange((uid) => seen.push(`${uid} ${source.get(uid)?.deletion?.graceSeconds ?? '-'}`));
    put(podOf('a'));
    remove('uid-a', 5);
    source.removed('uid-a');
    stop();
    put(podOf('b'));
    assert.deepEqual(seen, ['uid-a -', 'uid-a 5', 'uid-a -']);
  });
}

function deletionTests(open: () => PodSourceSubject): void {
  const graceOf = ({ source }: PodSourceSubject): number | undefined => source.get('uid-a')?.deletion?.graceSeconds;

  it('a delete without a grace takes the Pod’s own', () => {
    const subject = open();
    subject.put(podOf('a'));
    subject.delete('uid-a');
    assert.equal(graceOf(subject), 30);
  });

  it('a later delete only shortens the grace', () => {
    const subject = open();
    subject.put(podOf('a'));
    for (const [asked, expected] of [
      [20, 20],
      [undefined, 20],
      [40, 20],
      [0, 0],
      [10, 0],
    ] as const) {
      subject.delete('uid-a', asked);
      assert.equal(graceOf(subject), expected);
    }
  });

  it('a Pod that was asked to go stays so when it is put again', () => {
    const subject = open();
    subject.put(podOf('a'));
    subject.delete('uid-a', 5);
    subject.put(podOf('a'));
    assert.equal(graceOf(subject), 5);
  });

  it('a delete of a Pod that is not there is no error', () => {
    const subject = open();
    subject.delete('uid-a', 5);
    subject.source.removed('uid-a');
    assert.deepEqual(subject.source.list(), []);
  });
}
