import { join } from 'node:path';
import { type PodPlaces, sandboxSpec } from '../core/container/container-spec.ts';
import { hasCode } from '../ports/hooklet-error.ts';
import { tellFailure, tellPodEvent } from './tell-pod-event.ts';
import type { WorkerContext } from './worker-context.ts';

export const podPlaces = ({ pod, parts }: WorkerContext): PodPlaces => ({
  logDirectory: join(parts.host.paths.logsDir, pod.metadata.uid),
  cgroupParent: parts.host.paths.cgroupParent,
});

export async function runSandbox(context: WorkerContext, attempt: number): Promise<void> {
  const { pod, parts, memory, slots } = context;
  const next = Math.max(attempt, memory.nextSandboxAttempt);
  if (context.log.history.sandbox !== undefined) await tellPodEvent(context, SANDBOX_CHANGED);
  try {
    await parts.volumes.setUp(pod);
    const made = slots.use(() => parts.runtime.cri.runPodSandbox(sandboxSpec(pod, next, podPlaces(context))));
    // What exec hooks will need is made while the sandbox is; nobody waits for it, neither now nor later.
    if (hasExecHooks(context)) parts.runtime.nativeExec?.prepare();
    await made;
  } catch (error) {
    // A call that got no reply still holds this attempt's name: what it made is found by listing, and this one goes past it.
    if (hasCode(error, 'runtimeNameReserved')) memory.nextSandboxAttempt = next + 1;
    if (!isDeleted(context)) await tellFailure(context, { reason: 'FailedCreatePodSandBox', doing: 'Failed to create pod sandbox' }, error);
    throw error;
  }
}

const SANDBOX_CHANGED = {
  eventType: 'Normal',
  reason: 'SandboxChanged',
  message: 'Pod sandbox changed, it will be killed and re-created.',
} as const;

/** Nobody is told that a Pod cannot be made which is not wanted any more. */
const isDeleted = ({ pod, parts }: WorkerContext): boolean => parts.source.get(pod.metadata.uid)?.deletion !== undefined;

const hasExecHooks = ({ pod }: WorkerContext): boolean =>
  pod.spec.containers.some(({ lifecycle }) => lifecycle?.postStart?.exec !== undefined || lifecycle?.preStop?.exec !== undefined);
