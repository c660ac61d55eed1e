import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Container, Pod, Probe } from '../../model/pod.ts';
import type { ContainerRun } from '../container/container-history.ts';
import { EMPTY_HISTORY, type PodHistory } from '../pod/pod-history.ts';
import { wantedProbes } from './wanted-probes.ts';

const probe: Probe = { exec: { command: ['true'] }, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
const at = { bootId: 'b', monotonicMs: 1, wallMs: 1 };
const container = (name: string, more: Partial<Container> = {}): Container => ({
  name,
  image: 'i',
  imagePullPolicy: 'Never',
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  ...more,
});

const run = (more: Partial<ContainerRun>): ContainerRun => ({
  restartCount: 2,
  phase: 'running',
  isReady: false,
  round: 0,
  containerId: 'c1',
  startedWallMs: 5,
  ...more,
});

const podOf = (containers: readonly Container[], initContainers: readonly Container[] = []): Pod =>
  ({ metadata: { name: 'p', namespace: 'n', uid: 'u' }, spec: { containers, initContainers } }) as unknown as Pod;

interface Case {
  readonly run?: Partial<ContainerRun>;
  readonly history?: Partial<PodHistory>;
  readonly container?: Partial<Container>;
}

const wanted = ({ run: more = {}, history = {}, container: spec = {} }: Case) =>
  wantedProbes(podOf([container('main', spec)]), { ...EMPTY_HISTORY, ...history, containers: { main: { run: run(more) } } });

const kinds = (given: Case): string =>
  wanted(given)
    .map(({ kind }) => kind)
    .join();
const started = { state: 'finished', outcome: 'succeeded' } as const;
const deleting = { graceSeconds: 1, firstSeen: at, deadline: at };

describe('wantedProbes()', () => {
  const KINDS: readonly (readonly [when: string, given: Case, kinds: string])[] = [
    ['created', { run: { phase: 'created' } }, ''],
    ['started, its startup probe not passed', { run: { phase: 'started' } }, 'startup'],
    ['started, its postStart running', { run: { phase: 'started', postStart: { state: 'started', attempt: 1, retry: 0, at } } }, ''],
    ['started, its postStart due', { run: { phase: 'started', postStart: { state: 'due' } } }, ''],
    ['started, its postStart over', { run: { phase: 'started', postStart: started } }, 'startup'],
    ['started, its postStart failed', { run: { phase: 'started', postStart: { state: 'finished', outcome: 'failed' } } }, ''],
    ['started, without a startup probe', { run: { phase: 'started' }, container: { startupProbe: undefined } as never }, ''],
    ['running', {}, 'liveness,readiness'],
    ['running, with nothing to ask', { container: { livenessProbe: undefined, readinessProbe: undefined } as never }, ''],
    ['stopping, and was started', { run: { phase: 'stopping', isStarted: true } }, 'readiness'],
    ['stopping before it was started', { run: { phase: 'stopping' } }, ''],
    ['exited', { run: { phase: 'exited' } }, ''],
    ['not created', { run: { phase: 'notCreated' } }, ''],
    ['running in a Pod that is deleted', { history: { deleting } }, 'readiness'],
    ['started in a Pod that is deleted', { run: { phase: 'started' }, history: { deleting } }, ''],
    [
      'running in a Pod that is being ended',
      { history: { ending: { reason: 'r', message: 'm', graceSeconds: 1, deadline: at } } },
      'readiness',
    ],
    ['running, as far as is known, in a Pod that has ended', { history: { endedPhase: 'Failed' } }, 'readiness'],
  ];
  for (const [when, given, expected] of KINDS)
    it(`is ${expected === '' ? 'nothing' : expected} of a container that is ${when}`, () => equal(kinds(given), expected));

  it('names the instance, its Pod’s address, and what stands', () => {
    const [liveness, readiness] = wanted({ run: { isReady: true }, history: { sandbox: { id: 's', attempt: 0, ip: '10.88.0.2' } } });
    const of = { restartCount: 2, containerId: 'c1', startedAtWallMs: 5, podAddress: '10.88.0.2', hostNetwork: false, probe };
    deepEqual(
      [liveness, readiness],
      [
        { ...of, container: container('main'), kind: 'liveness', standing: 'success' },
        { ...of, container: container('main'), kind: 'readiness', standing: 'success' },
      ],
    );
    equal(wanted({})[1]?.standing, 'failure');
    equal(wanted({ run: { phase: 'started' } })[0]?.standing, 'unknown');
  });

  it('is of sidecars too, until their Pod goes, and not of init containers', () => {
    const pod = podOf([], [container('sidecar', { restartPolicy: 'Always' }), container('init')]);
    const history = { ...EMPTY_HISTORY, containers: { sidecar: { run: run({}) }, init: { run: run({}) } } };
    const names = (of: PodHistory): readonly string[] => wantedProbes(pod, of).map(({ container: { name }, kind }) => `${name} ${kind}`);
    deepEqual(names(history), ['sidecar liveness', 'sidecar readiness']);
    deepEqual(names({ ...history, deleting }), ['sidecar readiness']);
  });
});
