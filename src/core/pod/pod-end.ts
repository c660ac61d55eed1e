/** When a Pod's containers are all done, and how it ended. */
import { mayRestart } from '../container/restart.ts';
import type { PodPhase } from '../journal-record.ts';
import type { ContainerRun } from './pod-history.ts';
import type { PodView } from './pod-view.ts';

/** No container runs, and none will: it ended for good, or the Pod is deleted. */
export function isSettled(view: PodView): boolean {
  if (view.history.endedPhase !== undefined) return true;
  return view.pod.spec.containers.every((spec) => isDone(view, view.history.containers[spec.name]?.run));
}

function isDone(view: PodView, run: ContainerRun | undefined): boolean {
  if (run === undefined || run.phase === 'notCreated') return view.history.deleting !== undefined;
  if (run.phase !== 'exited') return false;
  return view.history.deleting !== undefined || !mayRestart(view.pod.spec.restartPolicy, run);
}

/** `kubelet_pods.go` `getPhase` for a Pod whose containers have all ended: Succeeded only if every exit code is 0. */
export function endPhase(view: PodView): PodPhase {
  const allZero = view.pod.spec.containers.every((spec) => view.history.containers[spec.name]?.run?.exited?.exitCode === 0);
  return allZero ? 'Succeeded' : 'Failed';
}
