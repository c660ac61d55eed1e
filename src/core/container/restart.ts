/** Whether and when an ended container runs again. */

import type { ContainerRestartRule, Pod } from '../../model/pod.ts';
import { type PodContainer, restartPolicyOf } from '../../model/pod-containers.ts';
import type { PodHistory } from '../pod/pod-history.ts';
import type { PodSettings } from '../pod/pod-view.ts';
import type { ContainerHistory, ContainerRun } from './container-history.ts';

/** The reason of an instance whose start was cut short by the death of the agent: it never ran, so no policy speaks of it. */
export const START_INTERRUPTED = 'StartInterrupted';

export interface OfPod {
  readonly pod: Pod;
  readonly history: PodHistory;
}

/**
 * `all`: with every other container of its Pod. A rule of the container comes first, then its own policy, then the Pod's
 * (`pkg/kubelet/container/helpers.go` `ShouldContainerBeRestarted`); a container that could not be made is always tried again.
 */
export function willRestart({ pod, history }: OfPod, container: PodContainer, run: ContainerRun): boolean | 'all' {
  if (run.phase === 'notCreated' || run.exited === undefined || run.exited.reason === START_INTERRUPTED) return true;
  // Another image replaces an instance whatever the policy says (`computePodActions`).
  if (run.stopping?.reason === 'imageChanged') return true;
  if (history.restartedInRound !== undefined && run.round < history.restartedInRound) return true;
  // A new sandbox initialises anew; what a Pod with restartPolicy Never has left then is decided before.
  if (container.role !== 'regular' && run.round < history.round) return true;
  const { exitCode } = run.exited;
  const rule = container.spec.restartPolicyRules?.find((one) => isMatch(one, exitCode));
  if (rule !== undefined) return rule.action === 'RestartAllContainers' ? 'all' : true;
  return byPolicy(pod, container, exitCode);
}

function byPolicy(pod: Pod, container: PodContainer, exitCode: number): boolean {
  const policy = restartPolicyOf(pod, container);
  if (policy === 'Never') return false;
  // An init container that has done its work is done.
  if (container.role === 'init') return exitCode !== 0;
  return policy === 'Always' || exitCode !== 0;
}

function isMatch({ exitCodes }: ContainerRestartRule, exitCode: number): boolean {
  if (exitCodes === undefined) return false;
  const isListed = (exitCodes.values ?? []).includes(exitCode);
  return exitCodes.operator === 'In' ? isListed : !isListed;
}

const INITIAL_BACK_OFF_MS = 10_000;

/**
 * The crash back-off in force for the next instance, in milliseconds; 0 = start at once. Counted from the exit
 * (`kuberuntime_manager.go` `doBackOff`; client-go `Backoff`: an entry is forgotten once the last exit is twice the cap
 * after its last step).
 */
export function backOffMs({ backOff, run }: ContainerHistory, { maxRestartPeriodMs }: PodSettings): number {
  if (backOff === undefined || run?.exited === undefined) return 0;
  if (run.exited.wallMs - backOff.lastUpdateWallMs > 2 * maxRestartPeriodMs) return 0;
  return Math.min(INITIAL_BACK_OFF_MS * 2 ** Math.min(backOff.steps - 1, 30), maxRestartPeriodMs);
}

/** Creating failed: tried again after the pod worker's own back-off (`pod_workers.go` `backOffPeriod`), without jitter. */
export const CREATE_RETRY_MS = 10_000;

/** 10 s, 20 s … 300 s (`pkg/kubelet/kubelet.go`, image back-off). */
export const imageBackOffMs = (failures: number): number => Math.min(10_000 * 2 ** Math.max(0, failures - 1), 300_000);
