import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fact, PodRecord } from '../core/journal-record.ts';
import type { Pod } from '../model/pod.ts';
import type { OpenPod } from '../ports/journal.ts';
import { podSourceContract } from '../ports/pod-source.contract.ts';
import { StaticPods } from './static-pods.ts';

/** `name` and `version` make the uid, as name and content do. */
const podOf = (name: string, version: number, graceSeconds = 30): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: `${name}-${version}`, annotations: { 'kubernetes.io/config.source': 'file' } },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: graceSeconds, containers: [] },
});

const AT = { bootId: 'b', monotonicMs: 1, wallMs: 1 };
const openPod = (pod: Pod, ...facts: readonly Fact[]): OpenPod => {
  const ref = { time: '2030-01-01T00:00:00.000Z', pod: `default/${pod.metadata.name}`, uid: pod.metadata.uid };
  const all: readonly Fact[] = [{ type: 'pod.accepted', spec: pod }, ...facts];
  return { uid: pod.metadata.uid, records: all.map((fact): PodRecord => ({ ...ref, ...fact })) };
};

const shown = (pods: StaticPods): readonly string[] =>
  pods.list().map(({ pod, deletion }) => `${pod.metadata.uid}${deletion === undefined ? '' : ` ends ${deletion.graceSeconds}`}`);

podSourceContract('StaticPods', () => {
  const source = new StaticPods();
  const wanted = new Map<string, Pod>();
  return {
    source,
    put: (pod) => {
      wanted.set(pod.metadata.uid, pod);
      source.want([...wanted.values()]);
    },
    delete: (uid, graceSeconds) => {
      const pod = source.get(uid)?.pod;
      if (pod !== undefined) source.end(pod, graceSeconds ?? pod.spec.terminationGracePeriodSeconds);
      wanted.delete(uid);
      source.want([...wanted.values()]);
    },
  };
});

describe('StaticPods', () => {
  it('want() ends the Pod of a changed file with its own grace, and starts the new one once it is removed', () => {
    const pods = new StaticPods();
    const told: string[] = [];
    pods.onChange((uid) => told.push(uid));
    pods.want([podOf('web', 1, 7)]);
    pods.want([podOf('web', 2, 40)]);
    assert.deepEqual(shown(pods), ['web-1 ends 7']);
    pods.removed('web-1');
    assert.deepEqual(shown(pods), ['web-2']);
    assert.deepEqual(told, ['web-1', 'web-1', 'web-1', 'web-2']);
  });

  it('want() starts only the last of several changes', () => {
    const pods = new StaticPods();
    for (const version of [1, 2, 3]) pods.want([podOf('web', version)]);
    pods.removed('web-1');
    assert.deepEqual(shown(pods), ['web-3']);
  });

  it('want() lets an end go on though the Pod is wanted again, and starts it anew after that', () => {
    const pods = new StaticPods();
    pods.want([podOf('web', 1)]);
    pods.want([]);
    pods.want([podOf('web', 1)]);
    assert.deepEqual(shown(pods), ['web-1 ends 30']);
    pods.removed('web-1');
    assert.deepEqual(shown(pods), ['web-1']);
  });

  it('want() ends nothing twice', () => {
    const pods = new StaticPods();
    const told: string[] = [];
    pods.want([podOf('web', 1)]);
    pods.onChange((uid) => told.push(uid));
    for (const _ of [1, 2, 3]) pods.want([]);
    assert.deepEqual(told, ['web-1']);
  });

  it('removed() without an end: the same Pod is not started again until its file went and came back', () => {
    const pods = new StaticPods();
    pods.want([podOf('web', 1)]);
    pods.removed('web-1');
    pods.want([podOf('web', 1)]);
    assert.deepEqual(shown(pods), []);
    pods.want([]);
    pods.want([podOf('web', 1)]);
    assert.deepEqual(shown(pods), ['web-1']);
  });

  it('get() carries the status that was published', () => {
    const pods = new StaticPods({
      statusOf: ({ metadata }) => (metadata.name === 'web' ? { phase: 'Running', conditions: [] } : undefined),
    });
    pods.want([podOf('web', 1), podOf('db', 1)]);
    assert.deepEqual([pods.get('web-1')?.status?.phase, pods.get('db-1')?.status], ['Running', undefined]);
  });

  describe('after a restart of the agent', () => {
    it('goes on with what files still ask for', () => {
      const pods = new StaticPods();
      pods.adopt([openPod(podOf('web', 1))]);
      pods.want([podOf('web', 1)]);
      assert.deepEqual(shown(pods), ['web-1']);
    });

    it('starts a changed one after the end of the one before it', () => {
      const pods = new StaticPods();
      pods.adopt([openPod(podOf('web', 1))]);
      pods.want([podOf('web', 2), podOf('db', 1)]);
      assert.deepEqual(shown(pods), ['db-1']);
      pods.end(podOf('web', 1), 30);
      assert.deepEqual(shown(pods), ['db-1', 'web-1 ends 30']);
      pods.removed('web-1');
      assert.deepEqual(shown(pods), ['db-1', 'web-2']);
    });

    const ended: readonly (readonly [string, Fact])[] = [
      ['was being deleted', { type: 'pod.deleting', graceSeconds: 30, firstSeen: AT, deadline: AT }],
      ['the shutdown of the node ended', { type: 'pod.ending', reason: 'Terminated', message: '', graceSeconds: 30, deadline: AT }],
    ];
    for (const [what, fact] of ended)
      it(`starts one anew that ${what}, once it is removed`, () => {
        const pods = new StaticPods();
        pods.adopt([openPod(podOf('web', 1), fact)]);
        pods.want([podOf('web', 1)]);
        assert.deepEqual(shown(pods), []);
        pods.end(podOf('web', 1), 30);
        pods.removed('web-1');
        assert.deepEqual(shown(pods), ['web-1']);
      });

    it('leaves one that ended by itself as it is', () => {
      const pods = new StaticPods();
      pods.adopt([openPod(podOf('web', 1), { type: 'pod.ended', phase: 'Succeeded' })]);
      pods.want([podOf('web', 1)]);
      assert.deepEqual(shown(pods), ['web-1']);
    });
  });
});
