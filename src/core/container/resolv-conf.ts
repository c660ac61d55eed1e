/** resolv.conf(5), as far as a Pod's own is made from the machine's (`pkg/kubelet/network/dns/dns.go` `parseResolvConf`). */
import type { DnsSpec } from '../runtime-spec.ts';

/** Name servers add up; of `search` and of `options` the last line counts. What is not understood is left out. */
export function parseResolvConf(text: string): DnsSpec {
  const servers: string[] = [];
  let searches: readonly string[] = [];
  let options: readonly string[] = [];
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === 'nameserver' && values[0] !== undefined) servers.push(values[0]);
    // A domain with and without the dot at its end is one; the root, a dot alone, stays.
    if (keyword === 'search') searches = values.map((domain) => (domain === '.' ? domain : domain.replace(/\.$/, '')));
    if (keyword === 'options') options = values;
  }
  return { servers, searches, options };
}
