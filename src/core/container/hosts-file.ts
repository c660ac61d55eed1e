/** /etc/hosts of a Pod's containers, byte for byte as the kubelet writes it (`kubelet_pods.go` `managedHostsFileContent`). */
import type { HostAlias, Pod } from '../../model/pod.ts';
import { podHostname } from './pod-hostname.ts';

const LOCAL_NAMES = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'fe00::0\tip6-mcastprefix',
  'fe00::1\tip6-allnodes',
  'fe00::2\tip6-allrouters',
];

export interface HostsFileInputs {
  /** The Pod's own; there is no such file before it has one. */
  readonly podIPs: readonly string[];
  /** What stands in the node's own file: a Pod in its network sees that. */
  readonly ofNode: string;
  readonly clusterDomain: string;
}

export function hostsFile(pod: Pod, { podIPs, ofNode, clusterDomain }: HostsFileInputs): string {
  const aliases = aliasLines(pod.spec.hostAliases ?? []);
  if (pod.spec.hostNetwork === true) return `# Kubernetes-managed hosts file (host network).\n${ofNode}${aliases}`;
  const { hostname, domain } = podHostname(pod, clusterDomain);
  const names = domain === '' ? hostname : `${hostname}.${domain}\t${hostname}`;
  const lines = ['# Kubernetes-managed hosts file.', ...LOCAL_NAMES, ...podIPs.map((ip) => `${ip}\t${names}`)];
  return `${lines.join('\n')}\n${aliases}`;
}

const aliasLines = (aliases: readonly HostAlias[]): string =>
  aliases.length === 0
    ? ''
    : `\n# Entries added by HostAliases.\n${aliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}\n`).join('')}`;
