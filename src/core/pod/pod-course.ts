/** Where a Pod goes: it lives, everything of it is to end, or all its containers are done. */
import { findContainer, type PodContainer, podContainers } from '../../model/pod-containers.ts';
import { type ContainerRun, isAlive } from '../container/container-history.ts';
import { willRestart } from '../container/restart.ts';
import type { PodPhase, StopReason } from '../journal-record.ts';
import { livingSandbox, NO_LIVING_SANDBOX } from './leftovers.ts';
import type { PodView } from './pod-view.ts';

export type PodCourse = { readonly kind: 'lives' | 'settled' } | { readonly kind: 'ends'; readonly reason: StopReason };

export function podCourse(view: PodView): PodCourse {
  if (view.history.endedPhase !== undefined || view.history.rejected !== undefined) return { kind: 'settled' };
  const reason = endReason(view);
  if (reason === undefined) return { kind: 'lives' };
  const isSettled = podContainers(view.pod).every(({ spec }) => isGone(view.history.containers[spec.name]?.run));
  return isSettled ? { kind: 'settled' } : { kind: 'ends', reason };
}

const isGone = (run: ContainerRun | undefined): boolean => run === undefined || (!isAlive(run) && run.phase !== 'created');

function endReason(view: PodView): StopReason | undefined {
  const { history } = view;
  if (history.deleting !== undefined) return 'podDeleted';
  if (history.ending !== undefined) return 'podEnding';
  return hasFailedToInitialise(view) || areRegularsDone(view) || hasLostSandboxForGood(view) ? 'podCompleted' : undefined;
}

/** An init container failed and may not run again: nothing else will (`computeInitContainerActions`). */
export const hasFailedToInitialise = (view: PodView): boolean =>
  podContainers(view.pod).some((container) => {
    const run = view.history.containers[container.spec.name]?.run;
    return container.role === 'init' && run?.exited !== undefined && run.exited.exitCode !== 0 && !willRestart(view, container, run);
  });

/** Sidecars do not keep a Pod alive (`computePodActions`: nothing to keep and nothing to start). */
const areRegularsDone = (view: PodView): boolean =>
  podContainers(view.pod).every((container) => {
    const run = view.history.containers[container.spec.name]?.run;
    return container.role !== 'regular' || (run?.phase === 'exited' && !willRestart(view, container, run));
  });

/** With restartPolicy Never nothing is made anew once something of the Pod has been made (`podSandboxChanged`). */
function hasLostSandboxForGood(view: PodView): boolean {
  const { pod, history } = view;
  if (pod.spec.restartPolicy !== 'Never' || history.sandbox === undefined || livingSandbox(view) !== NO_LIVING_SANDBOX) return false;
  const made = Object.entries(history.containers).filter(([, { run }]) => run?.containerId !== undefined);
  // A container with a policy or rules of its own may still be restarted.
  return made.length > 0 && made.every(([name]) => findContainer(pod, name)?.spec.restartPolicy === undefined);
}

/** `kubelet_pods.go` `getPhase` for a Pod whose containers have all ended: Succeeded only if every regular exit code is 0. */
export function endPhase(view: PodView): PodPhase {
  if (view.history.ending !== undefined || view.history.rejected !== undefined || hasFailedToInitialise(view)) return 'Failed';
  const allZero = view.pod.spec.containers.every((spec) => view.history.containers[spec.name]?.run?.exited?.exitCode === 0);
  return allZero ? 'Succeeded' : 'Failed';
}

/** Its end, by a rule of its own, starts all containers of the Pod over. */
export function restartTrigger(view: PodView): PodContainer | undefined {
  return podContainers(view.pod).find((container) => {
    const run = view.history.containers[container.spec.name]?.run;
    return run?.round === view.history.round && willRestart(view, container, run) === 'all';
  });
}
