import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod, PodManifest, PodSpec } from '../../model/pod.ts';
import type { Fact, PodRecord } from '../journal-record.ts';
import { isSameManifest, type LeftPod, planTakeOver } from './take-over.ts';

const manifest = (name: string, spec: Partial<PodSpec> = {}): PodManifest => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app: name } },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [], ...spec },
});

const accepted = (wanted: PodManifest, uid = `uid-${wanted.metadata.name}`): Pod => ({
  ...wanted,
  metadata: { ...wanted.metadata, uid, creationTimestamp: '2030-01-01T00:00:00Z' },
});

const at = { bootId: 'b', monotonicMs: 0, wallMs: 0 };
const deleting: Fact = { type: 'pod.deleting', graceSeconds: 30, firstSeen: at, deadline: at };

function left(pod: Pod, ...facts: readonly Fact[]): LeftPod {
  const of = { time: '2030-01-01T00:00:00.000Z', pod: `default/${pod.metadata.name}`, uid: pod.metadata.uid };
  const records: readonly PodRecord[] = [{ ...of, type: 'pod.accepted', spec: pod }, ...facts.map((fact) => ({ ...of, ...fact }))];
  return { uid: pod.metadata.uid, records };
}

describe('planTakeOver()', () => {
  it('goes on with an unchanged Pod, ends the others and says why, starts what is new', () => {
    const plan = planTakeOver(
      [
        left(accepted(manifest('same'))),
        left(accepted(manifest('changed'))),
        left(accepted(manifest('gone'))),
        left(accepted(manifest('going')), deleting),
      ],
      [manifest('same'), manifest('changed', { terminationGracePeriodSeconds: 5 }), manifest('going'), manifest('new')],
    );
    assert.deepEqual(
      plan.continues.map(({ metadata }) => metadata.uid),
      ['uid-same'],
    );
    assert.deepEqual(
      plan.ends.map(({ pod, why }) => [pod.metadata.name, why]),
      [
        ['changed', 'its manifest has changed'],
        ['gone', 'it is not wanted any more'],
        ['going', 'its deletion goes on'],
      ],
    );
    assert.deepEqual(
      plan.starts.map(({ metadata }) => metadata.name),
      ['changed', 'going', 'new'],
    );
  });

  it('tells Pods of two namespaces apart', () => {
    const other: PodManifest = { ...manifest('same'), metadata: { name: 'same', namespace: 'other', labels: { app: 'same' } } };
    const plan = planTakeOver([left(accepted(manifest('same')))], [other]);
    assert.deepEqual([plan.continues.length, plan.ends.length, plan.starts.length], [0, 1, 1]);
  });

  it('has nothing to say of a Pod that was never accepted', () => {
    assert.deepEqual(planTakeOver([{ uid: 'u', records: [] }], []), { continues: [], ends: [], starts: [] });
  });
});

describe('isSameManifest()', () => {
  it('minds neither the order of members nor what accepting added', () => {
    const wanted = manifest('a', { hostname: 'h', hostNetwork: false });
    const other = {
      ...accepted(wanted),
      spec: { hostNetwork: false, hostname: 'h', containers: [], terminationGracePeriodSeconds: 30, restartPolicy: 'Always' } as const,
    };
    assert.equal(isSameManifest(other, { ...wanted, metadata: { ...wanted.metadata, uid: 'of the file' } }), true);
  });

  it('minds every other member, and the order of lists', () => {
    const container = (name: string) => ({ name, image: 'i', imagePullPolicy: 'Never' }) as const;
    const wanted = manifest('a', { containers: [container('x'), container('y')] });
    assert.equal(isSameManifest(accepted(wanted), manifest('a', { containers: [container('y'), container('x')] })), false);
    assert.equal(isSameManifest(accepted(wanted), { ...wanted, metadata: { ...wanted.metadata, labels: { app: 'b' } } }), false);
    assert.equal(isSameManifest(accepted(wanted), { ...wanted, metadata: { ...wanted.metadata, annotations: { x: 'y' } } }), false);
  });
});
