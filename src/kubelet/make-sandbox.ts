import { join } from 'node:path';
import { type PodPlaces, sandboxSpec } from '../core/container/container-spec.ts';
import { hasCode } from '../ports/hooklet-error.ts';
import type { WorkerContext } from './worker-context.ts';

export const podPlaces = ({ pod, parts }: WorkerContext): PodPlaces => ({
  logDirectory: join(parts.host.paths.logsDir, pod.metadata.uid),
  cgroupParent: parts.host.paths.cgroupParent,
});

export async function runSandbox(context: WorkerContext, attempt: number): Promise<void> {
  const { pod, parts, memory, slots } = context;
  await parts.volumes.setUp(pod);
  // What exec hooks will need is made while the sandbox is; nobody waits for it later.
  if (hasExecHooks(context)) parts.runtime.nativeExec?.prepare();
  const next = Math.max(attempt, memory.nextSandboxAttempt);
  try {
    await slots.use(() => parts.runtime.cri.runPodSandbox(sandboxSpec(pod, next, podPlaces(context))));
  } catch (error) {
    // A call that got no reply still holds this attempt's name: what it made is found by listing, and this one goes past it.
    if (hasCode(error, 'runtimeNameReserved')) memory.nextSandboxAttempt = next + 1;
    throw error;
  }
}

const hasExecHooks = ({ pod }: WorkerContext): boolean =>
  pod.spec.containers.some(({ lifecycle }) => lifecycle?.postStart?.exec !== undefined || lifecycle?.preStop?.exec !== undefined);

export async function removeSandbox({ parts }: WorkerContext, sandboxId: string): Promise<void> {
  await parts.runtime.cri.stopPodSandbox(sandboxId);
  await parts.runtime.cri.removePodSandbox(sandboxId);
}
