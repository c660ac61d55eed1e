import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod, PodSpec } from '../../model/pod.ts';
import type { Instant } from '../instant.ts';
import type { Fact } from '../journal-record.ts';
import { nextSteps } from './next-steps.ts';
import { foldRecords } from './pod-history.ts';
import { DEFAULT_SETTINGS, type PodView } from './pod-view.ts';

const BOOT = 'boot';
const at = (seconds: number): Instant => ({ bootId: BOOT, monotonicMs: seconds * 1000, wallMs: seconds * 1000 });

const podOf = (spec: Partial<PodSpec>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { uid: 'u', namespace: 'default', name: 'demo' },
  spec: {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    containers: [{ name: 'main', image: 'i', imagePullPolicy: 'Never' }],
    ...spec,
  },
});

/** A Pod whose container runs since second 0, after what else happened to it. */
function viewAt(seconds: number, spec: Partial<PodSpec>, ...facts: readonly Fact[]): PodView {
  const pod = podOf(spec);
  const of = { container: 'main', restartCount: 0 };
  const all: readonly Fact[] = [
    { type: 'pod.accepted', spec: pod },
    { type: 'sandbox.ready', sandboxId: 's', attempt: 0 },
    { type: 'container.created', ...of, containerId: 'c', bootId: BOOT, hooksDue: [], image: 'i' },
    { type: 'container.started', ...of, containerId: 'c' },
    { type: 'container.ready', ...of },
    ...facts,
  ];
  const records = all.map((fact) => ({ time: new Date(0).toISOString(), pod: 'default/demo', uid: 'u', ...fact }));
  const ids = { uid: 'u', namespace: 'default', name: 'demo', createdAtMs: 0, annotations: {} };
  return {
    pod,
    history: foldRecords(records),
    sandboxes: [{ ...ids, id: 's', attempt: 0, ready: true }],
    containers: [
      {
        ...ids,
        id: 'c',
        sandboxId: 's',
        name: 'main',
        restartCount: 0,
        phase: 'running',
        startedAtMs: 1,
        finishedAtMs: 0,
        exitCode: 0,
        reason: '',
        message: '',
      },
    ],
    now: at(seconds),
    inFlight: [],
    gettingImages: [],
    probes: [],
    settings: DEFAULT_SETTINGS,
    execs: [],
    cleanedUp: false,
  };
}

const STOPPING: readonly Fact[] = [
  {
    type: 'container.stopping',
    container: 'main',
    restartCount: 0,
    reason: 'podDeleted',
    graceSeconds: 30,
    deadline: at(35),
    hooksDue: [],
  },
  { type: 'signal.sent', container: 'main', restartCount: 0, signal: 'SIGTERM', at: at(5), deadline: at(35) },
];

describe('nextSteps()', () => {
  it('asks to be woken at the active deadline of a Pod that lives', () => {
    deepEqual(nextSteps(viewAt(4, { activeDeadlineSeconds: 10 })), { steps: [], wakeAt: at(10) });
  });

  // A moment that has passed is asked for again at once, without end.
  it('does not ask to be woken at an active deadline that passed while the Pod is deleted', () => {
    const deleting: Fact = { type: 'pod.deleting', graceSeconds: 30, firstSeen: at(5), deadline: at(35) };
    deepEqual(nextSteps(viewAt(12, { activeDeadlineSeconds: 10 }, deleting, ...STOPPING)), { steps: [], wakeAt: at(35) });
  });

  it('does not ask to be woken at an active deadline that passed while the Pod ends for another reason', () => {
    const ending: Fact = { type: 'pod.ending', reason: 'Terminated', message: 'm', graceSeconds: 30, deadline: at(35) };
    equal(nextSteps(viewAt(12, { activeDeadlineSeconds: 10 }, ending, ...STOPPING)).wakeAt?.wallMs, 35_000);
  });
});
