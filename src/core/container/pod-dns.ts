/** A Pod's resolv.conf (`pkg/kubelet/network/dns/dns.go`). */
import type { Pod, PodDNSConfig } from '../../model/pod.ts';
import type { DnsSpec } from '../runtime-spec.ts';

export interface ClusterDns {
  readonly servers: readonly string[];
  readonly domain: string;
}

export interface NodeDns {
  /** The machine's own. */
  readonly host: DnsSpec;
  /** Absent on a machine that is no node of a cluster: nothing of a cluster can be missing there. */
  readonly cluster?: ClusterDns;
}

/** A Warning event of the Pod. */
export interface DnsWarning {
  readonly reason: 'MissingClusterDNS' | 'DNSConfigForming';
  readonly message: string;
}

export interface PodDns {
  readonly dns: DnsSpec;
  readonly warnings: readonly DnsWarning[];
}

const NO_DNS: DnsSpec = { servers: [], searches: [], options: [] };
const CLUSTER_OPTIONS = ['ndots:5'];

export function podDns(pod: Pod, node: NodeDns): PodDns {
  const { dns, warnings } = byPolicy(pod, node);
  return withinLimits(merged(dns, pod.spec.dnsConfig), warnings);
}

function byPolicy(pod: Pod, { host, cluster }: NodeDns): PodDns {
  const { dnsPolicy = 'ClusterFirst', hostNetwork } = pod.spec;
  if (dnsPolicy === 'None') return { dns: NO_DNS, warnings: [] };
  const usesCluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && hostNetwork !== true);
  if (!usesCluster || cluster === undefined) return { dns: host, warnings: [] };
  if (cluster.servers.length === 0) return { dns: host, warnings: [missingClusterDns(pod)] };
  const { domain, servers } = cluster;
  const searches = domain === '' ? [] : [`${pod.metadata.namespace}.svc.${domain}`, `svc.${domain}`, domain];
  return { dns: { servers, searches: unique([...searches, ...host.searches]), options: CLUSTER_OPTIONS }, warnings: [] };
}

const missingClusterDns = ({ metadata: { name, namespace, uid } }: Pod): DnsWarning => ({
  reason: 'MissingClusterDNS',
  message: `pod: "${name}_${namespace}(${uid})". kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.`,
});

/** An option of the Pod takes the place of the one with its name. */
function merged(dns: DnsSpec, wanted: PodDNSConfig | undefined): DnsSpec {
  if (wanted === undefined) return dns;
  const options = new Map(dns.options.map((option) => [option.split(':', 1)[0], option]));
  for (const { name = '', value = '' } of wanted.options ?? []) options.set(name, value === '' ? name : `${name}:${value}`);
  return {
    servers: unique([...dns.servers, ...(wanted.nameservers ?? [])]),
    searches: unique([...dns.searches, ...(wanted.searches ?? [])]),
    options: [...options.values()],
  };
}

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)];

/** What a resolver can take; more is left out, and told. */
const MAX_SERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_LINE = 2048;
/** glibc gives up on longer domains. */
const MAX_DOMAIN = 253;

function withinLimits(dns: DnsSpec, warnings: readonly DnsWarning[]): PodDns {
  const servers = dns.servers.slice(0, MAX_SERVERS);
  const searches = withinLine(dns.searches.slice(0, MAX_SEARCHES).filter(({ length }) => length <= MAX_DOMAIN));
  const told: DnsWarning[] = [...warnings];
  const tell = (limits: string, message: string): number =>
    told.push({ reason: 'DNSConfigForming', message: `${limits} limits were exceeded, some ${message}` });
  if (servers.length < dns.servers.length)
    tell('Nameserver', `nameservers have been omitted, the applied nameserver line is: ${servers.join(' ')}`);
  if (searches.length < dns.searches.length)
    tell('Search Line', `search paths have been omitted, the applied search line is: ${searches.join(' ')}`);
  return { dns: { ...dns, servers, searches }, warnings: told };
}

function withinLine(searches: readonly string[]): readonly string[] {
  let length = -1;
  const fits = searches.findIndex((domain) => {
    length += domain.length + 1;
    return length > MAX_SEARCH_LINE;
  });
  return fits < 0 ? searches : searches.slice(0, fits);
}
