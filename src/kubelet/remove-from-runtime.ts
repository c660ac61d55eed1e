/**
 * Containers and sandboxes are taken out of the runtime.
 *
 * A runtime whose StartContainer was cut short, because the agent died in it, may show the container as ended though it
 * has made its process (containerd 1.6: EXITED with StartError, and "cannot delete running task" for ever). Nothing of
 * what is removed shall live: when a removal fails, the processes are killed, and the retry finds them gone.
 *
 * A container that has ended a moment ago may still be known to containerd 1.6 as running while its shim is already
 * gone: stopping its sandbox then fails with "ttrpc: closed". That failure is itself the news that it has ended.
 */
import { hasCode, messageOf } from '../ports/hooklet-error.ts';
import type { WorkerContext } from './worker-context.ts';

export async function removeContainer(context: WorkerContext, containerId: string): Promise<void> {
  const { cri } = context.parts.runtime;
  await killingOnFailure(
    context,
    async () => [containerId],
    () => cri.removeContainer(containerId),
  );
  context.sweeper.removed(containerId);
}

/** Asks once more at once when a shim was gone before containerd knew; whatever else fails is the worker's to try again. */
export async function stopSandbox({ parts }: WorkerContext, sandboxId: string): Promise<void> {
  const { cri } = parts.runtime;
  try {
    await cri.stopPodSandbox(sandboxId);
  } catch (error) {
    if (!hasCode(error, 'runtimeFailed') || !messageOf(error).includes('ttrpc: closed')) throw error;
    await cri.stopPodSandbox(sandboxId);
  }
}

export async function removeSandbox(context: WorkerContext, sandboxId: string): Promise<void> {
  const { cri } = context.parts.runtime;
  await stopSandbox(context, sandboxId);
  await killingOnFailure(
    context,
    async () => (await cri.listContainers(context.pod.metadata.uid)).filter((each) => each.sandboxId === sandboxId).map(({ id }) => id),
    () => cri.removePodSandbox(sandboxId),
  );
  context.sweeper.removed(sandboxId);
}

async function killingOnFailure(
  { parts }: WorkerContext,
  containerIds: () => Promise<readonly string[]>,
  remove: () => Promise<void>,
): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (hasCode(error, 'runtimeFailed')) for (const id of await containerIds()) await parts.runtime.signals?.kill(id, 'SIGKILL');
    throw error;
  }
}
