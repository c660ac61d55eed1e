/** The state of one container as the API shows it (`lifecycle.md` 12.1, 12.4). */

import { apiTime } from '../../model/api-time.ts';
import type { Container } from '../../model/pod.ts';
import type { PodContainer } from '../../model/pod-containers.ts';
import type { ContainerStateStatus, TerminatedStatus } from '../../model/pod-status.ts';
import {
  type ContainerExit,
  type ContainerHistory,
  type ContainerRun,
  type EndedRun,
  isPostStartOver,
} from '../container/container-history.ts';
import { willRestart } from '../container/restart.ts';
import { goDuration } from '../event/go-duration.ts';
import type { StatusView } from './status-view.ts';

type WaitingStatus = NonNullable<ContainerStateStatus['waiting']>;

export interface States {
  readonly state: ContainerStateStatus;
  readonly lastState: ContainerStateStatus;
  /** The instance that `state` is about is the newest one; else it is none that the API knows of. */
  readonly showsRun: boolean;
}

export function containerStates(view: StatusView, container: PodContainer): States {
  const history = view.history.containers[container.spec.name] ?? {};
  const states = statesOf(view, container, history);
  // All of the Pod is over: what never ran, or was lost, is told as ended (`status_manager.go` `TerminatePod`).
  if (view.history.endedPhase === undefined || states.state.waiting === undefined) return states;
  return isToldAsEnded(view, container) ? { ...states, state: { terminated: LOST } } : states;
}

function statesOf(view: StatusView, container: PodContainer, history: ContainerHistory): States {
  const { run } = history;
  if (run === undefined) return { state: { waiting: waitingForImage(history) ?? notYet(view) }, lastState: {}, showsRun: false };
  if (run.phase === 'notCreated') {
    const waiting = waitingForImage(history) ?? run.failed ?? notYet(view);
    return { state: { waiting: { ...waiting } }, lastState: lastStateOf(view, history), showsRun: false };
  }
  if (run.exited !== undefined) return endedStates(view, container, history, run.exited);
  if (isShownAsRunning(run)) {
    const running = { startedAt: apiTime(run.startedWallMs ?? view.nowMs) };
    return { state: { running }, lastState: lastStateOf(view, history), showsRun: true };
  }
  return startingStates(view, container, history);
}

/** Until its postStart has succeeded a container is not running for anyone, also while it is killed for its failure. */
export const isShownAsRunning = (run: ContainerRun): boolean =>
  isPostStartOver(run) || (run.phase === 'stopping' && run.stopping?.reason !== 'postStartFailed' && isPostStartEnded(run));

const isPostStartEnded = ({ postStart, isStarted }: ContainerRun): boolean =>
  isStarted === true || postStart === undefined || (postStart.state === 'finished' && postStart.outcome === 'succeeded');

/** A first start shows nothing of the instance; a restart shows what was before it (`lifecycle.md` 4). */
function startingStates(view: StatusView, { spec }: PodContainer, { previous }: ContainerHistory): States {
  if (previous === undefined) return { state: { waiting: notYet(view) }, lastState: {}, showsRun: false };
  const terminated = terminatedOf(view, previous);
  if (previous.backoffMs === 0) return { state: { terminated }, lastState: {}, showsRun: false };
  return { state: { waiting: crashLoop(view, spec.name, previous.backoffMs) }, lastState: { terminated }, showsRun: false };
}

function endedStates(view: StatusView, container: PodContainer, history: ContainerHistory, exited: ContainerExit): States {
  const run = history.run as ContainerRun;
  const terminated = terminatedOf(view, { ...run, exited, backoffMs: 0 });
  const waiting = waitingAfterEnd(view, container, history);
  if (waiting === undefined) return { state: { terminated }, lastState: lastStateOf(view, history), showsRun: true };
  return { state: { waiting }, lastState: { terminated }, showsRun: true };
}

/** Why the next instance is not there yet; absent when none comes, or nothing holds it up. A Pod that ends never gets it. */
function waitingAfterEnd(view: StatusView, container: PodContainer, history: ContainerHistory): WaitingStatus | undefined {
  const { deleting, ending, endedPhase } = view.history;
  const run = history.run as ContainerRun;
  if (deleting !== undefined || ending !== undefined || endedPhase !== undefined) return undefined;
  if (willRestart(view, container, run) === false) return undefined;
  const forImage = waitingForImage(history);
  if (forImage !== undefined) return forImage;
  const backoffMs = run.restarting?.backoffMs ?? 0;
  return backoffMs > 0 ? crashLoop(view, container.spec.name, backoffMs) : run.failed;
}

function crashLoop({ pod }: StatusView, name: string, backoffMs: number): WaitingStatus {
  const { metadata } = pod;
  const of = `container=${name} pod=${metadata.name}_${metadata.namespace}(${metadata.uid})`;
  return { reason: 'CrashLoopBackOff', message: `back-off ${goDuration(backoffMs)} restarting failed ${of}` };
}

/** While a pull is tried again the last error is shown, between the tries the wait (`image_manager.go`). */
function waitingForImage({ image }: ContainerHistory): WaitingStatus | undefined {
  if (image?.reason === undefined || image.message === undefined) return undefined;
  if (image.kind === 'pulling' || image.reason !== 'ErrImagePull') return { reason: image.reason, message: image.message };
  return { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image.image}": ErrImagePull: ${image.message}` };
}

/** For all containers of a Pod with init containers, these included (`kubelet_pods.go` `convertToAPIContainerStatuses`). */
const notYet = ({ pod }: StatusView): { readonly reason: string } => ({
  reason: (pod.spec.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating',
});

const lastStateOf = (view: StatusView, { previous }: ContainerHistory): ContainerStateStatus =>
  previous === undefined ? {} : { terminated: terminatedOf(view, previous) };

function terminatedOf({ runtimeName }: StatusView, ended: Omit<EndedRun, 'restartCount'>): TerminatedStatus {
  const { exitCode, reason, message, startedAtMs, finishedAtMs, wallMs } = ended.exited;
  return {
    exitCode,
    reason,
    ...(message === undefined ? {} : { message }),
    startedAt: momentText(startedAtMs ?? ended.startedWallMs),
    finishedAt: momentText(finishedAtMs ?? wallMs),
    ...(ended.containerId === undefined ? {} : { containerID: `${runtimeName}://${ended.containerId}` }),
  };
}

const momentText = (ms: number | undefined): string | null => (ms === undefined || ms === 0 ? null : apiTime(ms));

const LOST: TerminatedStatus = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message: 'The container could not be located when the pod was terminated',
  startedAt: null,
  finishedAt: null,
};

/** Regular containers once the Pod had initialised; init containers that had begun, the first in any case. */
function isToldAsEnded(view: StatusView, { spec, role }: PodContainer): boolean {
  const init = view.pod.spec.initContainers ?? [];
  if (role === 'regular') return init.every((one) => hasInitialised(view, one));
  return init[0]?.name === spec.name || view.history.containers[spec.name]?.run?.containerId !== undefined;
}

/** A sidecar by being started, any other by having done its work (`status_manager.go` `hasPodInitialized`). */
function hasInitialised({ history }: StatusView, { name, restartPolicy }: Container): boolean {
  const run = history.containers[name]?.run;
  return restartPolicy === 'Always' ? run?.startedWallMs !== undefined : run?.exited?.exitCode === 0;
}
