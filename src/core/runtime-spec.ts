/** What hooklet asks the runtime to make; adapters turn it into messages of their own. Sizes in bytes. */

export interface PortMapping {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIP?: string;
}

/** Whose namespaces a Pod's containers are in: `pod` they share, `container` each has its own, `node` they are the machine's. */
export interface PodNamespaces {
  readonly network: 'pod' | 'node';
  readonly pid: 'container' | 'pod' | 'node';
  readonly ipc: 'pod' | 'node';
}

/** `ref`: for seccomp the absolute path of the profile, for AppArmor its name. */
export type ProfileSpec = { readonly type: 'runtimeDefault' | 'unconfined' } | { readonly type: 'localhost'; readonly ref: string };

export interface SELinuxSpec {
  readonly user: string;
  readonly role: string;
  readonly type: string;
  readonly level: string;
}

/** Beside the groups that the image gives the user, or (`strict`) in place of them. */
export interface GroupsSpec {
  readonly supplementalGroups: readonly number[];
  readonly strictGroups: boolean;
}

/** Of the sandbox's own process; of the containers only what they share. */
export interface SandboxSecurity extends GroupsSpec {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  /** One of its containers is. */
  readonly privileged: boolean;
  readonly seLinux?: SELinuxSpec;
}

/** Who a container's first process is: a number, or a name that its image knows; absent: what the image says. */
export type UserSpec = { readonly uid: number } | { readonly name: string };

export interface ContainerSecurity extends GroupsSpec {
  readonly user?: UserSpec;
  readonly group?: number;
  /** Without "CAP_", in capitals; "ALL" for all. */
  readonly addCapabilities: readonly string[];
  readonly dropCapabilities: readonly string[];
  readonly privileged: boolean;
  readonly readOnlyRoot: boolean;
  readonly noNewPrivileges: boolean;
  readonly seccomp: ProfileSpec;
  /** Absent: whatever the runtime does by itself. */
  readonly appArmor?: ProfileSpec;
  readonly seLinux?: SELinuxSpec;
  /** What of /proc and /sys is hidden or read-only is neither. */
  readonly unmaskedProc: boolean;
}

/** The lines of a resolv.conf. */
export interface DnsSpec {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface SandboxSpec {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** How often a sandbox was made for this Pod before, from 0. Part of the sandbox's unique name. */
  readonly attempt: number;
  readonly namespaces: PodNamespaces;
  /** Empty on the machine's network: the runtime refuses a hostname there. */
  readonly hostname: string;
  /** Absent: the machine's own, as the runtime finds it. */
  readonly dns?: DnsSpec;
  readonly logDirectory: string;
  readonly cgroupParent: string;
  readonly security?: SandboxSecurity;
  /** By the kernel's name, with dots. */
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly portMappings: readonly PortMapping[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ContainerMount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readOnly: boolean;
  readonly propagation: 'None' | 'HostToContainer' | 'Bidirectional';
}

export interface ContainerResources {
  readonly cpuPeriod: number;
  /** Microseconds a period; 0 = no limit. */
  readonly cpuQuota: number;
  readonly cpuShares: number;
  /** 0 = no limit. */
  readonly memoryLimitBytes: number;
  readonly oomScoreAdj: number;
}

export interface ContainerSpec {
  readonly name: string;
  /** Which instance, from 0: the restart count. Part of the container's unique name. */
  readonly restartCount: number;
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly ContainerMount[];
  readonly resources: ContainerResources;
  readonly security?: ContainerSecurity;
  /** Relative to the sandbox's log directory. */
  readonly logPath: string;
  readonly stdin: boolean;
  /** Standard input ends for good when the first client that was attached to it goes. */
  readonly stdinOnce?: boolean;
  readonly tty: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
