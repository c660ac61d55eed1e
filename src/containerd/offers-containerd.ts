import { status } from '@grpc/grpc-js';
import { hasCode } from '../ports/hooklet-error.ts';
import type { RpcChannel } from '../ports/rpc-channel.ts';
import { callDeadlineMs, kubernetesNamespace } from './containerd-content.ts';
import { TasksDefinition } from './gen/containerd-tasks.ts';

/** Whether this runtime has containerd's own services besides CRI; what has only CRI answers "unimplemented". */
export async function offersContainerd(channel: RpcChannel): Promise<boolean> {
  const request = { containerId: 'hooklet-asks' };
  try {
    await channel.unary({ service: TasksDefinition, method: 'get', request, deadlineMs: callDeadlineMs, headers: kubernetesNamespace });
    return true;
  } catch (error) {
    if (hasCode(error, 'runtimeNotFound')) return true;
    const cause = error instanceof Error ? error.cause : undefined;
    if (typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === status.UNIMPLEMENTED) return false;
    throw error;
  }
}
