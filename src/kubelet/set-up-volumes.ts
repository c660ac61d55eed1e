import { hasCode, messageOf } from '../ports/hooklet-error.ts';
import { tellFailure, tellPodEvent } from './tell-pod-event.ts';
import type { WorkerContext } from './worker-context.ts';

/**
 * The Pod's volumes, before anything of it is made (`kubelet.go` `SyncPod`: `WaitForAttachAndMount`). Rejects while one
 * cannot be had, which is told: the Pod waits, and the worker tries again.
 */
export async function setUpVolumes(context: WorkerContext): Promise<void> {
  const { pod, parts } = context;
  try {
    await parts.volumes.setUp(pod);
  } catch (error) {
    if (parts.source.get(pod.metadata.uid)?.deletion === undefined) await tellWhy(context, error);
    throw error;
  }
}

async function tellWhy(context: WorkerContext, error: unknown): Promise<void> {
  if (hasCode(error, 'volumeNotReady'))
    await tellPodEvent(context, { eventType: 'Warning', reason: 'FailedMount', message: messageOf(error) });
  else await tellFailure(context, { reason: 'Failed', doing: 'error making pod data directories' }, error);
}
