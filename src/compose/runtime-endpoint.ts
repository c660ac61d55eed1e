/** The socket of a runtime that is there: asked before anything is made for it. */
import { HookletError, hasCode, messageOf } from '../ports/hooklet-error.ts';
import type { HostPaths } from '../ports/host-paths.ts';

/** Throws `hostLacks` when no runtime answers there, or not by CRI v1. */
export async function checkEndpoint(endpoint: string, { instanceId }: Pick<HostPaths, 'instanceId'>): Promise<void> {
  const [{ GrpcChannel }, { CriRuntime }] = await Promise.all([import('../grpc/grpc-channel.ts'), import('../cri/cri-runtime.ts')]);
  const channel = new GrpcChannel(socketOf(endpoint));
  try {
    await new CriRuntime(channel, instanceId).version();
  } catch (error) {
    throw new HookletError('hostLacks', refusal(endpoint, error), { cause: error });
  } finally {
    channel.close();
  }
}

function refusal(endpoint: string, error: unknown): string {
  // What the connection itself says of it is no help: an internal error code and the path once more.
  if (hasCode(error, 'runtimeUnavailable')) return `no container runtime answers at ${endpoint}; start it, or leave --runtime-endpoint out`;
  return `what answers at ${endpoint} is no container runtime with CRI v1: ${messageOf(error)}; turn its CRI on, or leave --runtime-endpoint out`;
}

export const socketOf = (endpoint: string): string => endpoint.replace(/^unix:\/\//, '');
