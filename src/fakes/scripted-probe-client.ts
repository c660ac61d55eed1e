import type { Clock } from '../ports/clock.ts';
import { hostPort } from '../ports/http-client.ts';
import type { ConnectAnswer, HealthAnswer, HealthConnection, ProbeClient, ProbeTarget } from '../ports/probe-client.ts';
import { after } from './scripted-timers.ts';

/** What a server does with one health check. */
export type HealthReply = (HealthAnswer & { readonly afterMs?: number }) | 'silence';

export interface ProbedServer {
  /** It takes no connection and does not say so. */
  readonly drops?: boolean;
  /** Absent: no gRPC is spoken there. */
  health?(service: string, check: number): HealthReply;
}

/** Servers of TCP and gRPC probes in memory, by "host:port"; where there is none, connections are refused. */
export class ScriptedProbeClient implements ProbeClient {
  /** Every connection that was tried, to "host:port". */
  readonly dialled: { readonly wallMs: number; readonly to: string }[] = [];
  /** All health checks, in order. */
  readonly checks: { readonly wallMs: number; readonly to: string; readonly service: string }[] = [];
  /** Connections of health checks that nobody has closed. */
  open = 0;
  readonly #clock: Clock;
  readonly #servers = new Map<string, ProbedServer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  serve(at: string, server: ProbedServer = {}): void {
    this.#servers.set(at, server);
  }

  /** What listened there listens no more. */
  refuse(at: string): void {
    this.#servers.delete(at);
  }

  async connect({ hostname, port }: ProbeTarget, signal: AbortSignal): Promise<ConnectAnswer> {
    const to = this.#dial(hostname, port, signal);
    const server = this.#servers.get(to);
    if (server === undefined) return { kind: 'failed', error: `dial tcp ${to}: connect: connection refused` };
    if (server.drops === true) await this.#wait(undefined, signal);
    return { kind: 'connected' };
  }

  async openHealth({ hostname, port }: ProbeTarget, signal: AbortSignal): Promise<HealthConnection> {
    const to = this.#dial(hostname, port, signal);
    const health = this.#servers.get(to)?.health;
    if (health === undefined) await this.#wait(undefined, signal);
    this.open += 1;
    let isOpen = true;
    return {
      kind: 'open',
      check: (service, during) => this.#check(to, service, during),
      close: () => {
        if (isOpen) this.open -= 1;
        isOpen = false;
      },
    };
  }

  async #check(to: string, service: string, signal: AbortSignal): Promise<HealthAnswer> {
    signal.throwIfAborted();
    this.checks.push({ wallMs: this.#clock.now().wallMs, to, service });
    const reply = this.#servers.get(to)?.health?.(service, this.checks.filter((check) => check.to === to).length);
    if (reply === undefined) return { kind: 'failed', code: UNAVAILABLE, message: 'Connection dropped' };
    await this.#wait(reply === 'silence' ? undefined : (reply.afterMs ?? 0), signal);
    if (reply === 'silence') throw new Error('a silent server does not answer');
    const { afterMs: _afterMs, ...answer } = reply;
    return answer;
  }

  #dial(hostname: string, port: number, signal: AbortSignal): string {
    signal.throwIfAborted();
    const to = hostPort(hostname, port);
    this.dialled.push({ wallMs: this.#clock.now().wallMs, to });
    return to;
  }

  /** For ever, without a time. */
  async #wait(ms: number | undefined, signal: AbortSignal): Promise<void> {
    if (ms === 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const aborted = (): void => reject(signal.reason);
    signal.addEventListener('abort', aborted, { once: true });
    const forget = ms === undefined ? () => {} : after(this.#clock, ms, resolve);
    try {
      await promise;
    } finally {
      forget();
      signal.removeEventListener('abort', aborted);
    }
  }
}

/** `google.rpc.Code` */
const UNAVAILABLE = 14;
