/** Which probes are to run now, for which container instances of a Pod. */
import type { Container, Pod, Probe } from '../../model/pod.ts';
import { podContainers } from '../../model/pod-containers.ts';
import { type ContainerRun, isPostStartOver } from '../container/container-history.ts';
import type { PodHistory } from '../pod/pod-history.ts';
import type { ProbeKind, ProbeResult } from './probe-standing.ts';
import { INITIAL_RESULT } from './thresholds.ts';

export interface WantedProbe {
  readonly container: Container;
  readonly restartCount: number;
  readonly containerId: string;
  readonly kind: ProbeKind;
  readonly probe: Probe;
  readonly startedAtWallMs: number;
  /** What stands when the loop begins: in an agent that was restarted, what the one before it had found out. */
  readonly standing: ProbeResult;
  readonly hostNetwork: boolean;
  /** The first address of the Pod's sandbox; there is none in the host's network. */
  readonly podAddress?: string;
}

export function wantedProbes(pod: Pod, history: PodHistory): readonly WantedProbe[] {
  const hostNetwork = pod.spec.hostNetwork === true;
  // Regular init containers have no probes.
  return podContainers(pod).flatMap(({ spec, role }) => {
    const run = history.containers[spec.name]?.run;
    return role === 'init' || run === undefined ? [] : ofContainer(spec, run, history).map((probe) => ({ ...probe, hostNetwork }));
  });
}

function ofContainer(container: Container, run: ContainerRun, history: PodHistory): readonly Omit<WantedProbe, 'hostNetwork'>[] {
  const { restartCount, containerId, startedWallMs: startedAtWallMs } = run;
  if (containerId === undefined || startedAtWallMs === undefined) return [];
  const podAddress = history.sandbox?.ip;
  const of = { container, restartCount, containerId, startedAtWallMs, ...(podAddress === undefined ? {} : { podAddress }) };
  const { startupProbe: startup, livenessProbe: liveness, readinessProbe: readiness } = container;
  return [
    ...(startup !== undefined && isStartingUp(run) && !isGoing(history)
      ? [{ ...of, kind: 'startup' as const, probe: startup, standing: INITIAL_RESULT.startup }]
      : []),
    // Upstream lets sidecars' go on while the Pod ends (`lifecycle.md` 16, row 26).
    ...(liveness !== undefined && run.phase === 'running' && !isGoing(history)
      ? [{ ...of, kind: 'liveness' as const, probe: liveness, standing: INITIAL_RESULT.liveness }]
      : []),
    ...(readiness !== undefined && isStarted(run)
      ? [{ ...of, kind: 'readiness' as const, probe: readiness, standing: run.isReady ? 'success' : INITIAL_RESULT.readiness } as const]
      : []),
  ];
}

/** The Pod is on its way out: nothing of it will be restarted. */
const isGoing = ({ deleting, ending, endedPhase }: PodHistory): boolean =>
  deleting !== undefined || ending !== undefined || endedPhase !== undefined;

const isStartingUp = (run: ContainerRun): boolean => run.phase === 'started' && isPostStartOver(run);

/** The API's `started`; a container keeps it while it stops, and goes on to be asked whether it is ready. */
const isStarted = ({ phase, isStarted: wasStarted }: ContainerRun): boolean =>
  phase === 'running' || (phase === 'stopping' && wasStarted === true);
