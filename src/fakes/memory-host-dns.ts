import type { DnsSpec } from '../core/runtime-spec.ts';
import type { HostDns } from '../ports/host-dns.ts';

export class MemoryHostDns implements HostDns {
  configured: DnsSpec = { servers: [], searches: [], options: [] };

  async read(): Promise<DnsSpec> {
    return this.configured;
  }
}
