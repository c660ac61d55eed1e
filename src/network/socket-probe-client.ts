import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectAnswer, HealthConnection, ProbeClient, ProbeTarget } from '../ports/probe-client.ts';
import { openGrpcHealth } from './grpc-health.ts';
import type { PolicedDialer } from './policed-dialer.ts';

/** A server that refuses is asked again well within the shortest timeout, which is 1 s. */
const RECONNECT_MS = 100;

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
    await this.#listens(target, signal);
    // Probes of gRPC name no host: it is the address of the Pod or of the node, and there is one.
    return openGrpcHealth(allowed[0] ?? target.hostname, target.port, signal);
  }

  /**
   * Resolves once somebody takes connections there. The client of gRPC cannot be made to give up one that is under way: to
   * an address that drops packets, each attempt would leave a socket for minutes.
   */
  async #listens(target: ProbeTarget, signal: AbortSignal): Promise<void> {
    while ((await this.connect(target, signal)).kind === 'failed') {
      await delay(RECONNECT_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
