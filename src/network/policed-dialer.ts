/**
 * The one way from hooks and probes to the network.
 *
 * D1 Every address is judged by the host policy after it was resolved and before it is connected to.
 */
import { isIP } from 'node:net';
import type { Clock } from '../ports/clock.ts';
import { type HookHosts, hostPort } from '../ports/http-client.ts';
import { type DialFailure, type Dialled, dial } from './dial.ts';
import { mayConnect } from './host-policy.ts';
import { HostResolver } from './host-resolver.ts';
import type { LookUp } from './node-names.ts';

export interface PolicedDialerOptions {
  readonly clock: Clock;
  readonly hookHosts: HookHosts;
  /** Replaces the system's resolver. */
  readonly lookUp?: LookUp;
}

export interface DialTarget {
  /** A name or an address, without brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly podAddress?: string;
}

export class PolicedDialer {
  readonly #hookHosts: HookHosts;
  readonly #resolver: HostResolver;

  constructor({ clock, hookHosts, lookUp }: PolicedDialerOptions) {
    this.#hookHosts = hookHosts;
    this.#resolver = new HostResolver(clock, lookUp);
  }

  /** Rejects with the signal's reason only. The socket is the caller's. */
  async dial(target: DialTarget, signal: AbortSignal): Promise<Dialled | DialFailure> {
    const allowed = await this.allowed(target, signal);
    return 'error' in allowed ? allowed : dial(allowed, target.port, signal);
  }

  /** The addresses of the target that may be connected to, at least one; or why there is none, as an error of dialling. */
  async allowed({ hostname, port, podAddress }: DialTarget, signal: AbortSignal): Promise<readonly string[] | DialFailure> {
    signal.throwIfAborted();
    const found = isIP(hostname) === 0 ? await this.#resolver.resolve(hostname, signal) : [hostname];
    if ('error' in found) return { error: `dial tcp: ${found.error}` };
    const allowed = found.filter((address) => mayConnect(address, this.#hookHosts, podAddress));
    if (allowed.length > 0) return allowed;
    return { error: `dial tcp ${hostPort(found[0] ?? hostname, port)}: ${denied(this.#hookHosts)}` };
  }
}

const denied = (policy: HookHosts): string => `--hook-hosts ${policy} does not let hooks or probes connect there; "any" does`;
