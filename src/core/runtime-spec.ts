/** What hooklet asks the runtime to make; adapters turn it into messages of their own. Sizes in bytes. */

export interface PortMapping {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIP?: string;
}

export interface SandboxSpec {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** How often a sandbox was made for this Pod before, from 0. Part of the sandbox's unique name. */
  readonly attempt: number;
  readonly hostNetwork: boolean;
  /** Empty with `hostNetwork`: the runtime refuses a hostname there. */
  readonly hostname: string;
  readonly logDirectory: string;
  readonly cgroupParent: string;
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
  /** Relative to the sandbox's log directory. */
  readonly logPath: string;
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
