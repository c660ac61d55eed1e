import type { DnsSpec } from '../core/runtime-spec.ts';

/**
 * How this machine resolves names, for the Pods that do it the same way. Adapter: `host/resolv-conf-host-dns.ts`; fake:
 * `fakes/memory-host-dns.ts`.
 */
export interface HostDns {
  /** As it is now; empty lists where nothing is configured. Rejects with `runtimeFailed` when it cannot be told. */
  read(): Promise<DnsSpec>;
}
