/** Which kernel parameters a Pod may set on this node (`pkg/kubelet/sysctl`). */
import type { Pod } from '../../model/pod.ts';
import { normalSysctlName, type SysctlNamespace, sysctlNamespace } from '../../model/sysctl-names.ts';

/** `safe_sysctls.go`: held by a namespace, and of no consequence for anybody outside of it. */
const SAFE: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
]);

/** Why the first one that may not be set may not; undefined when all may. `allowedUnsafe`: names, or beginnings that end in `*`. */
export function forbiddenSysctl({ spec }: Pod, allowedUnsafe: readonly string[]): string | undefined {
  for (const { name } of spec.securityContext?.sysctls ?? []) {
    const normal = normalSysctlName(name);
    const namespace = sysctlNamespace(normal);
    if (namespace === undefined || !(SAFE.has(normal) || allowedUnsafe.some((pattern) => matches(pattern, normal))))
      return `"${normal}" not allowlisted`;
    if (isOfNode(spec, namespace)) return `"${normal}" not allowed with host ${namespace} enabled`;
  }
  return undefined;
}

const matches = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(normalSysctlName(pattern.slice(0, -1))) : normalSysctlName(pattern) === name;

const isOfNode = ({ hostNetwork, hostIPC }: Pod['spec'], namespace: SysctlNamespace): boolean =>
  namespace === 'Net' ? hostNetwork === true : hostIPC === true;
