import type { ConnectAnswer, HealthConnection, ProbeClient, ProbeTarget } from '../ports/probe-client.ts';
import { openGrpcHealth } from './grpc-health.ts';
import type { PolicedDialer } from './policed-dialer.ts';

/** TCP and gRPC probes. Keeps nothing open between two probes. */
export class SocketProbeClient implements ProbeClient {
  readonly #dialer: Pick<PolicedDialer, 'dial' | 'allowed'>;

  constructor(dialer: Pick<PolicedDialer, 'dial' | 'allowed'>) {
    this.#dialer = dialer;
  }

  async connect(target: ProbeTarget, signal: AbortSignal): Promise<ConnectAnswer> {
    const dialled = await this.#dialer.dial(target, signal);
    if ('error' in dialled) return { kind: 'failed', error: dialled.error };
    dialled.socket.destroy();
    return { kind: 'connected' };
  }

  async openHealth(
    target: ProbeTarget,
    signal: AbortSignal,
  ): Promise<HealthConnection | { readonly kind: 'failed'; readonly error: string }> {
    const allowed = await this.#dialer.allowed(target, signal);
    if ('error' in allowed) return { kind: 'failed', error: allowed.error };
    // Probes of gRPC name no host: it is the address of the Pod or of the node, and there is one.
    return openGrpcHealth(allowed[0] ?? target.hostname, target.port, signal);
  }
}
