/** Whether and when an ended container runs again. */

import type { RestartPolicy } from '../../model/pod.ts';
import type { ContainerHistory, ContainerRun } from '../pod/pod-history.ts';

/** `client-go/util/flowcontrol/backoff.go`: an entry is forgotten once the last exit is this long after its last step. */
const BACK_OFF_EXPIRES_MS = 2 * 300_000;

/** The reason of an instance whose start was cut short by the death of the agent: it never ran, so no policy speaks of it. */
export const START_INTERRUPTED = 'StartInterrupted';

/** `pkg/kubelet/container/helpers.go` `ShouldContainerBeRestarted`; a container that could not be made is always tried again. */
export function mayRestart(policy: RestartPolicy, run: ContainerRun): boolean {
  if (run.phase === 'notCreated' || run.exited?.reason === START_INTERRUPTED) return true;
  if (policy === 'Never') return false;
  return policy === 'Always' || run.exited === undefined || run.exited.exitCode !== 0;
}

/**
 * The crash back-off in force for the next instance, in milliseconds; 0 = start at once. Counted from the exit
 * (`kuberuntime_manager.go` `doBackOff`).
 */
export function backOffMs(container: ContainerHistory): number {
  const { backOff, run } = container;
  if (backOff === undefined || run?.exited === undefined) return 0;
  return run.exited.wallMs - backOff.lastUpdateWallMs > BACK_OFF_EXPIRES_MS ? 0 : backOff.delayMs;
}

/** Creating failed: tried again after the pod worker's own back-off (`pod_workers.go` `backOffPeriod`), without jitter. */
export const CREATE_RETRY_MS = 10_000;

/** 10 s, 20 s … 300 s (`pkg/kubelet/kubelet.go`, image back-off). */
export const imageBackOffMs = (failures: number): number => Math.min(10_000 * 2 ** Math.max(0, failures - 1), 300_000);
