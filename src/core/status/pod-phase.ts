/** `kubelet_pods.go` `getPhase`, first match wins (`lifecycle.md` 12.2). */

import { type PodContainer, podContainers } from '../../model/pod-containers.ts';
import type { ContainerStatus, PodPhase } from '../../model/pod-status.ts';
import type { ContainerRun } from '../container/container-history.ts';
import { willRestart } from '../container/restart.ts';
import type { StatusView } from './status-view.ts';

export function podPhase(view: StatusView, statuses: readonly ContainerStatus[]): PodPhase {
  if (view.history.rejected !== undefined) return 'Failed';
  // Terminal phases are told once nothing can still be running, and stay.
  if (view.history.endedPhase !== undefined) return view.history.endedPhase;
  const all = podContainers(view.pod).map((container): Shown => ({ ...container, status: statusOf(statuses, container) }));
  return isPending(view, all) ? 'Pending' : runningPhase(all);
}

interface Shown extends PodContainer {
  readonly status: ContainerStatus | undefined;
}

const statusOf = (statuses: readonly ContainerStatus[], { spec }: PodContainer): ContainerStatus | undefined =>
  statuses.find(({ name }) => name === spec.name);

function isPending(view: StatusView, all: readonly Shown[]): boolean {
  const regularsExist = all.some(({ role, spec }) => role === 'regular' && runOfRound(view, spec.name)?.containerId !== undefined);
  if (all.some((one) => one.role === 'init' && !isInitOver(view, one) && !regularsExist)) return true;
  if (all.some((one) => one.role === 'sidecar' && isNotStarted(one) && !regularsExist)) return true;
  return all.some(({ role, status }) => role !== 'init' && isNeverRun(status));
}

/** The instance that is of the sandbox of now, and was made since all containers were last started over. */
function runOfRound({ history }: StatusView, name: string): ContainerRun | undefined {
  const run = history.containers[name]?.run;
  return run?.round === history.round ? run : undefined;
}

/** It has done its work, or has failed for good: the Pod fails as soon as nothing of it runs any more. */
function isInitOver(view: StatusView, container: Shown): boolean {
  const run = runOfRound(view, container.spec.name);
  if (run?.exited === undefined) return false;
  return run.exited.exitCode === 0 || willRestart(view, container, run) === false;
}

const isNotStarted = ({ status }: Shown): boolean => status === undefined || !status.started;

const isNeverRun = (status: ContainerStatus | undefined): boolean =>
  status === undefined || (status.state.waiting !== undefined && status.lastState.terminated === undefined);

/** Something runs, or something that has stopped will be started again. */
function runningPhase(all: readonly Shown[]): PodPhase {
  const counted = all.filter(({ role }) => role !== 'init');
  return counted.length > 0 ? 'Running' : 'Pending';
}
