/** Security, namespaces and name resolution of a Pod in CRI's messages. Pure. */
import type {
  ContainerSecurity,
  DnsSpec,
  GroupsSpec,
  PodNamespaces,
  ProfileSpec,
  SandboxSecurity,
  UserSpec,
} from '../core/runtime-spec.ts';
import {
  type DeepPartial,
  type DNSConfig,
  type Image,
  type LinuxContainerSecurityContext,
  type LinuxSandboxSecurityContext,
  NamespaceMode,
  type NamespaceOption,
  type SecurityProfile,
  SecurityProfile_ProfileType,
  SupplementalGroupsPolicy,
} from './gen/cri.ts';

/** kubelet's default ProcMount (`pkg/securitycontext/util.go`). */
const maskedPaths = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

const modes = { pod: NamespaceMode.POD, container: NamespaceMode.CONTAINER, node: NamespaceMode.NODE } as const;

export const namespaceOptions = ({ network, pid, ipc }: PodNamespaces): NamespaceOption => ({
  network: modes[network],
  pid: modes[pid],
  ipc: modes[ipc],
});

export function sandboxSecurityContext(
  namespaces: PodNamespaces,
  security: SandboxSecurity | undefined,
): DeepPartial<LinuxSandboxSecurityContext> {
  const options = { namespaceOptions: namespaceOptions(namespaces) };
  if (security === undefined) return options;
  const { runAsUser, runAsGroup, privileged, seLinux } = security;
  return {
    ...options,
    ...groups(security),
    ...(runAsUser === undefined ? {} : { runAsUser: { value: BigInt(runAsUser) } }),
    ...(runAsGroup === undefined ? {} : { runAsGroup: { value: BigInt(runAsGroup) } }),
    privileged,
    // Its own process does nothing; a container may still ask for less than this (`kuberuntime_sandbox_linux.go`).
    seccomp: { profileType: SecurityProfile_ProfileType.RuntimeDefault },
    ...(seLinux === undefined ? {} : { selinuxOptions: { ...seLinux } }),
  };
}

export function containerSecurityContext(
  namespaces: PodNamespaces,
  security: ContainerSecurity | undefined,
): DeepPartial<LinuxContainerSecurityContext> {
  const common = { namespaceOptions: namespaceOptions(namespaces), ...procMount(security?.unmaskedProc === true) };
  if (security === undefined) return common;
  const { user, group, appArmor, seLinux } = security;
  return {
    ...common,
    ...groups(security),
    ...(user === undefined ? {} : 'name' in user ? { runAsUsername: user.name } : { runAsUser: { value: BigInt(user.uid) } }),
    ...(group === undefined ? {} : { runAsGroup: { value: BigInt(group) } }),
    capabilities: { addCapabilities: [...security.addCapabilities], dropCapabilities: [...security.dropCapabilities] },
    privileged: security.privileged,
    readonlyRootfs: security.readOnlyRoot,
    noNewPrivs: security.noNewPrivileges,
    seccomp: profile(security.seccomp),
    ...(appArmor === undefined ? {} : { apparmor: profile(appArmor), apparmorProfile: olderProfile(appArmor) }),
    ...(seLinux === undefined ? {} : { selinuxOptions: { ...seLinux } }),
  };
}

const procMount = (unmasked: boolean) =>
  unmasked ? { maskedPaths: [], readonlyPaths: [] } : { maskedPaths: [...maskedPaths], readonlyPaths: [...readonlyPaths] };

const groups = ({ supplementalGroups, strictGroups }: GroupsSpec) => ({
  supplementalGroups: supplementalGroups.map(BigInt),
  supplementalGroupsPolicy: strictGroups ? SupplementalGroupsPolicy.Strict : SupplementalGroupsPolicy.Merge,
});

const profileTypes = {
  runtimeDefault: SecurityProfile_ProfileType.RuntimeDefault,
  unconfined: SecurityProfile_ProfileType.Unconfined,
  localhost: SecurityProfile_ProfileType.Localhost,
} as const;

const profile = (spec: ProfileSpec): SecurityProfile => ({
  profileType: profileTypes[spec.type],
  localhostRef: spec.type === 'localhost' ? spec.ref : '',
});

function olderProfile(spec: ProfileSpec): string {
  if (spec.type === 'localhost') return `localhost/${spec.ref}`;
  return spec.type === 'runtimeDefault' ? 'runtime/default' : 'unconfined';
}

/** CRI's lists are not readonly. */
export const dnsConfig = ({ servers, searches, options }: DnsSpec): DNSConfig => ({
  servers: [...servers],
  searches: [...searches],
  options: [...options],
});

/** An image that names nobody runs as root (`pkg/kubelet/kuberuntime/helpers.go` `getImageUser`). */
export function imageUserOf({ uid, username }: Image): UserSpec {
  if (uid !== undefined) return { uid: Number(uid.value) };
  return username === '' ? { uid: 0 } : { name: username };
}
