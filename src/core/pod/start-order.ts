/**
 * Whose turn it is to start: init containers and sidecars one after the other, then the regular containers, each once the
 * one before it is past its postStart (`lifecycle.md` 7.2, 7.4). A round begins with each sandbox, and with each restart
 * of all containers in place.
 */
import { type PodContainer, podContainers } from '../../model/pod-containers.ts';
import { type ContainerRun, isAlive, isPostStartOver } from '../container/container-history.ts';
import { willRestart } from '../container/restart.ts';
import { isReached } from '../instant.ts';
import type { PodView } from './pod-view.ts';

export function isItsTurn(view: PodView, container: PodContainer): boolean {
  if (hasAliveFromBefore(view)) return false;
  const initialised = isInitialised(view);
  const containers = podContainers(view.pod);
  if (container.role !== 'regular') {
    const before = containers[indexOf(containers, container) - 1];
    return !initialised && (before === undefined || isInitDone(view, before));
  }
  if (!initialised) return false;
  const earlier = containers.filter(({ role }) => role === 'regular');
  return earlier.slice(0, indexOf(earlier, container)).every((one) => isPastStart(view, one));
}

const indexOf = (containers: readonly PodContainer[], { spec }: PodContainer): number =>
  containers.findIndex((one) => one.spec.name === spec.name);

/** The last init container is done, or a regular one was made already: from then on only sidecars are looked after. */
export function isInitialised(view: PodView): boolean {
  const containers = podContainers(view.pod);
  const last = containers.filter(({ role }) => role !== 'regular').at(-1);
  if (last === undefined || isInitDone(view, last)) return true;
  return containers.some((one) => one.role === 'regular' && runOfRound(view, one)?.containerId !== undefined);
}

/** The newest instance, if it was made in this round. */
export function runOfRound({ history }: PodView, { spec }: PodContainer): ContainerRun | undefined {
  const run = history.containers[spec.name]?.run;
  return run?.round === history.round ? run : undefined;
}

function isInitDone(view: PodView, container: PodContainer): boolean {
  const run = runOfRound(view, container);
  if (run === undefined) return false;
  if (container.role === 'init') return run.exited?.exitCode === 0;
  // A sidecar that fails its liveness probe has started all the same: it holds nobody back.
  return run.phase === 'running' || (run.phase === 'stopping' && run.stopping?.reason === 'livenessFailed');
}

/** Tried at least once, or to be tried later, and not between its creation and the end of its postStart. */
function isPastStart(view: PodView, container: PodContainer): boolean {
  const history = view.history.containers[container.spec.name];
  const run = runOfRound(view, container);
  if (run !== undefined) return !isStarting(run);
  if (history?.run?.exited !== undefined && willRestart(view, container, history.run) === false) return true;
  return history?.image?.kind === 'failed' || isBackingOff(view, history?.run);
}

/** An error of one container, its back-off among them, stops no other (`kuberuntime_manager.go` `SyncPod`). */
function isBackingOff({ now }: PodView, run: ContainerRun | undefined): boolean {
  const startAt = run?.restarting?.startAt;
  return startAt !== undefined && startAt.bootId === now.bootId && !isReached(startAt, now);
}

/** A failed postStart is over once its container was killed: `startContainer` does both before it returns. */
function isStarting(run: ContainerRun): boolean {
  if (run.phase === 'created') return true;
  if (run.phase === 'started') return !isPostStartOver(run);
  return run.phase === 'stopping' && run.stopping?.reason === 'postStartFailed';
}

/** Nothing begins anew while something of the round before still runs. */
const hasAliveFromBefore = ({ history }: PodView): boolean =>
  Object.values(history.containers).some(({ run }) => run !== undefined && run.round < history.round && isAlive(run));
