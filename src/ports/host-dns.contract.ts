import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { DnsSpec } from '../core/runtime-spec.ts';
import type { HostDns } from './host-dns.ts';

export interface HostDnsSubject {
  readonly dns: HostDns;
  /** Configures the machine; undefined takes the configuration away. */
  configure(spec: DnsSpec | undefined): Promise<void>;
}

export function hostDnsContract(name: string, open: (t: TestContext) => Promise<HostDnsSubject>): void {
  describe(`${name} as HostDns`, () => {
    it('read() tells what is configured now, not what was at first', async (t) => {
      const { dns, configure } = await open(t);
      const first = { servers: ['10.0.0.1', '10.0.0.2'], searches: ['a.example', '.'], options: ['ndots:2', 'rotate'] };
      await configure(first);
      assert.deepEqual(await dns.read(), first);
      await configure({ servers: ['10.0.0.3'], searches: [], options: [] });
      assert.deepEqual(await dns.read(), { servers: ['10.0.0.3'], searches: [], options: [] });
    });

    it('read() tells nothing where nothing is configured', async (t) => {
      const { dns, configure } = await open(t);
      await configure(undefined);
      assert.deepEqual(await dns.read(), { servers: [], searches: [], options: [] });
    });
  });
}
