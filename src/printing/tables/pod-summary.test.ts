import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiContainerState, ApiContainerStatus, ApiPod } from '../../model/api-objects.ts';
import { type PodSummary, summarisePod } from './pod-summary.ts';

type Condition = NonNullable<NonNullable<ApiPod['status']>['conditions']>[number];

interface Situation {
  readonly what: string;
  /** Init containers; a name that begins with "side" is a sidecar. */
  readonly init?: readonly ApiContainerStatus[];
  readonly main?: readonly ApiContainerStatus[];
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly reason?: string;
  readonly conditions?: readonly Condition[];
  readonly isDeleting?: boolean;
  readonly shows: readonly [status: string, ready: string, restarts?: number];
}

const container = (name: string, state: ApiContainerState, more: Partial<ApiContainerStatus> = {}): ApiContainerStatus => ({
  name,
  image: '',
  imageID: '',
  ready: false,
  restartCount: 0,
  state,
  ...more,
});

const running = (name: string, more: Partial<ApiContainerStatus> = {}): ApiContainerStatus =>
  container(name, { running: { startedAt: '2026-08-01T12:00:00Z' } }, { ready: true, started: true, ...more });
const starting = (name: string): ApiContainerStatus => running(name, { ready: false, started: false });
const waiting = (name: string, reason?: string, restartCount = 0): ApiContainerStatus =>
  container(name, { waiting: reason === undefined ? {} : { reason } }, { restartCount });
const ended = (name: string, exitCode: number, reason?: string, more: Partial<ApiContainerStatus> = {}): ApiContainerStatus =>
  container(name, { terminated: { exitCode, ...(reason === undefined ? {} : { reason }) } }, more);
const killed = (name: string, signal: number): ApiContainerStatus => container(name, { terminated: { exitCode: 128 + signal, signal } });

const is = (type: string, status = 'True', reason?: string): Condition =>
  ({ type, status, ...(reason === undefined ? {} : { reason }) }) as Condition;

/** `lifecycle.md` 12.4 and 14.1. */
const SITUATIONS: readonly Situation[] = [
  { what: 'accepted, nothing known yet', phase: 'Pending', main: [], shows: ['Pending', '0/0'] },
  {
    what: 'held by a scheduling gate',
    phase: 'Pending',
    conditions: [is('PodScheduled', 'False', 'SchedulingGated')],
    shows: ['SchedulingGated', '0/0'],
  },
  {
    what: 'sandbox or image pending, or postStart running',
    phase: 'Pending',
    main: [waiting('a', 'ContainerCreating')],
    shows: ['ContainerCreating', '0/1'],
  },
  { what: 'running and ready', main: [running('a')], shows: ['Running', '1/1'] },
  { what: 'running, not ready', main: [running('a', { ready: false })], shows: ['Running', '0/1'] },
  { what: 'image cannot be pulled', phase: 'Pending', main: [waiting('a', 'ImagePullBackOff')], shows: ['ImagePullBackOff', '0/1'] },
  {
    what: 'container cannot be made',
    phase: 'Pending',
    main: [waiting('a', 'CreateContainerConfigError')],
    shows: ['CreateContainerConfigError', '0/1'],
  },
  { what: 'postStart failed', main: [waiting('a', 'PostStartHookError', 1)], shows: ['PostStartHookError', '0/1', 1] },
  { what: 'waiting for its restart', main: [waiting('a', 'CrashLoopBackOff', 4)], shows: ['CrashLoopBackOff', '0/1', 4] },
  { what: 'just exited with 1, to be restarted', main: [ended('a', 1, 'Error')], shows: ['Error', '0/1'] },
  { what: 'out of memory', main: [ended('a', 137, 'OOMKilled')], shows: ['OOMKilled', '0/1'] },
  { what: 'completed', phase: 'Succeeded', main: [ended('a', 0, 'Completed')], shows: ['Completed', '0/1'] },
  { what: 'ended by a signal, without a reason', phase: 'Failed', main: [killed('a', 9)], shows: ['Signal:9', '0/1'] },
  { what: 'ended without reason and signal', phase: 'Failed', main: [ended('a', 3)], shows: ['ExitCode:3', '0/1'] },
  { what: 'evicted: the reason of the Pod, as no container says more', phase: 'Failed', reason: 'Evicted', shows: ['Evicted', '0/0'] },

  {
    what: 'one completed, one runs, the Pod is ready',
    main: [ended('a', 0, 'Completed'), running('b')],
    conditions: [is('Ready')],
    shows: ['Running', '1/2'],
  },
  {
    what: 'one completed, one runs, the Pod is not ready',
    main: [ended('a', 0, 'Completed'), running('b')],
    conditions: [is('Ready', 'False')],
    shows: ['NotReady', '1/2'],
  },
  {
    what: 'the first completed, the second failed',
    phase: 'Failed',
    main: [ended('a', 0, 'Completed'), ended('b', 1, 'Error')],
    shows: ['Error', '0/2'],
  },
  {
    what: 'the first completed, one failed, one runs, ready',
    main: [ended('a', 0, 'Completed'), ended('b', 1, 'Error'), running('c')],
    conditions: [is('Ready')],
    shows: ['Running', '1/3'],
  },
  {
    what: 'the first completed, one failed, one runs, not ready',
    main: [ended('a', 0, 'Completed'), ended('b', 1, 'Error'), running('c')],
    shows: ['Error', '1/3'],
  },
  {
    what: 'two failed: the first one speaks',
    phase: 'Failed',
    main: [ended('a', 0, 'Completed'), ended('b', 1, 'Error'), ended('c', 137, 'OOMKilled')],
    shows: ['Error', '0/3'],
  },
  {
    what: 'the first container has the last word',
    main: [waiting('a', 'CrashLoopBackOff', 2), waiting('b', 'ImagePullBackOff')],
    shows: ['CrashLoopBackOff', '0/2', 2],
  },

  {
    what: 'first of two init containers runs',
    phase: 'Pending',
    init: [starting('i1'), waiting('i2', 'PodInitializing')],
    main: [waiting('a', 'PodInitializing')],
    shows: ['Init:0/2', '0/1'],
  },
  {
    what: 'second of two init containers runs',
    phase: 'Pending',
    init: [ended('i1', 0, 'Completed'), starting('i2')],
    main: [waiting('a', 'PodInitializing')],
    shows: ['Init:1/2', '0/1'],
  },
  {
    what: 'init container waits without a reason',
    phase: 'Pending',
    init: [waiting('i1')],
    main: [waiting('a', 'PodInitializing')],
    shows: ['Init:0/1', '0/1'],
  },
  {
    what: 'init container failed',
    phase: 'Failed',
    init: [ended('i1', 1, 'Error')],
    main: [waiting('a', 'PodInitializing')],
    shows: ['Init:Error', '0/1'],
  },
  {
    what: 'init container failed without a reason',
    phase: 'Failed',
    init: [ended('i1', 7)],
    main: [waiting('a', 'PodInitializing')],
    shows: ['Init:ExitCode:7', '0/1'],
  },
  {
    what: 'init container ended by a signal',
    phase: 'Failed',
    init: [killed('i1', 15)],
    main: [waiting('a', 'PodInitializing')],
    shows: ['Init:Signal:15', '0/1'],
  },
  {
    what: 'init container waiting for its restart',
    phase: 'Pending',
    init: [waiting('i1', 'CrashLoopBackOff', 3)],
    main: [waiting('a', 'PodInitializing')],
    shows: ['Init:CrashLoopBackOff', '0/1', 3],
  },
  {
    what: 'past init: the restarts of init containers count no more',
    init: [ended('i1', 0, 'Completed', { restartCount: 5 })],
    main: [running('a', { restartCount: 1 })],
    shows: ['Running', '1/1', 1],
  },

  { what: 'sidecar runs, main runs', init: [running('side')], main: [running('a')], shows: ['Running', '2/2'] },
  { what: 'sidecar started but not ready', init: [running('side', { ready: false })], main: [running('a')], shows: ['Running', '1/2'] },
  {
    what: 'sidecar not started yet',
    phase: 'Pending',
    init: [starting('side')],
    main: [waiting('a', 'PodInitializing')],
    shows: ['Init:0/1', '0/2'],
  },
  {
    what: 'sidecar ready, the next init container runs',
    phase: 'Pending',
    init: [running('side'), starting('i2')],
    main: [waiting('a', 'PodInitializing')],
    shows: ['Init:1/2', '1/2'],
  },
  {
    what: 'sidecar restarted: its restarts go on counting',
    init: [running('side', { restartCount: 2 })],
    main: [running('a', { restartCount: 1 })],
    shows: ['Running', '2/2', 3],
  },
  {
    what: 'sidecar crashed after init',
    init: [waiting('side', 'CrashLoopBackOff', 2)],
    main: [running('a')],
    conditions: [is('Initialized')],
    shows: ['Init:CrashLoopBackOff', '1/2', 2],
  },

  { what: 'being deleted', main: [running('a')], isDeleting: true, shows: ['Terminating', '1/1'] },
  { what: 'being deleted, its container ended', main: [ended('a', 143, 'Error')], isDeleting: true, shows: ['Terminating', '0/1'] },
  {
    what: 'being deleted after it had ended',
    phase: 'Succeeded',
    main: [ended('a', 0, 'Completed')],
    isDeleting: true,
    shows: ['Completed', '0/1'],
  },
  { what: 'being deleted on a node that is lost', main: [running('a')], reason: 'NodeLost', isDeleting: true, shows: ['Unknown', '1/1'] },
];

function podOf({ init = [], main = [], phase = 'Running', reason, conditions = [], isDeleting = false }: Situation): ApiPod {
  const sidecar = (name: string) => (name.startsWith('side') ? { restartPolicy: 'Always' } : {});
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', ...(isDeleting ? { deletionTimestamp: '2026-08-01T12:00:30Z' } : {}) },
    spec: { initContainers: init.map(({ name }) => ({ name, ...sidecar(name) })), containers: main.map(({ name }) => ({ name })) },
    status: { phase, conditions, initContainerStatuses: init, containerStatuses: main, ...(reason === undefined ? {} : { reason }) },
  };
}

describe('summarisePod()', () => {
  for (const situation of SITUATIONS) {
    it(`shows ${situation.what} as ${situation.shows[0]}`, () => {
      const { status, ready, total, restarts }: PodSummary = summarisePod(podOf(situation));
      const [shownStatus, shownReady, shownRestarts = 0] = situation.shows;
      deepEqual([status, `${ready}/${total}`, restarts], [shownStatus, shownReady, shownRestarts]);
    });
  }

  it('tells when the newest of the earlier instances ended, of sidecars and regular containers', () => {
    const before = (finishedAt: string) => ({ restartCount: 1, lastState: { terminated: { exitCode: 1, finishedAt } } });
    const init = [ended('i', 0, 'Completed', before('2026-08-01T13:00:00Z')), running('side', before('2026-08-01T12:02:00Z'))];
    const main = [running('a', before('2026-08-01T12:01:00Z'))];
    equal(summarisePod(podOf({ what: '', init, main, shows: ['', ''] })).lastRestart, '2026-08-01T12:02:00Z');
  });

  it('takes a Pod of which nothing is known yet', () => {
    deepEqual(summarisePod({ apiVersion: 'v1', kind: 'Pod' }), { status: '', ready: 0, total: 0, restarts: 0, lastRestart: undefined });
  });
});
