import { hostDnsContract } from '../ports/host-dns.contract.ts';
import { MemoryHostDns } from './memory-host-dns.ts';

hostDnsContract('MemoryHostDns', async () => {
  const dns = new MemoryHostDns();
  return {
    dns,
    configure: async (spec) => {
      dns.configured = spec ?? { servers: [], searches: [], options: [] };
    },
  };
});
