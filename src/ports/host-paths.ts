/**
 * Where one hooklet keeps what it owns. Two state directories are two independent hooklets on one machine.
 * `instanceId` is 8 hex digits of the state directory's path; it names the bridge, the CNI network, the cgroup parent.
 */
export interface HostPaths {
  readonly stateDir: string;
  readonly instanceId: string;
  /** `<stateDir>/journal.db` */
  readonly journalFile: string;
  /** `<stateDir>/store.db`: the objects of the embedded API. */
  readonly storeFile: string;
  readonly lockFile: string;
  readonly hookOutputDir: string;
  /** `<stateDir>/pods/<uid>/…`: volumes. */
  readonly podsDir: string;
  /** `<stateDir>/seccomp`: the profiles that a Pod may name (`localhostProfile`); only the owner of the node puts any there. */
  readonly seccompDir: string;
  /** `<stateDir>/logs/<uid>`: container logs in the CRI format. */
  readonly logsDir: string;
  /** `/run/hooklet/<instanceId>`: sockets, pipes, containerd state; gone after a reboot. */
  readonly runDir: string;
  readonly containerdRoot: string;
  readonly containerdSocket: string;
  /** Below `runDir`: its path in a command line is how hooklet's own containerd is told from any other. */
  readonly containerdConfigFile: string;
  readonly containerdLogFile: string;
  readonly cniConfigDir: string;
  /** The addresses given out: `<cniLeaseDir>/<networkName>/<address>`. */
  readonly cniLeaseDir: string;
  /** What was chosen once for this state directory and must stay: subnet, snapshotter. */
  readonly hostChoicesFile: string;
  /** Which runtime the Pods of this state directory live in. */
  readonly runtimeMarkFile: string;
  /** Says that the directory is hooklet's: `reset` removes no directory without it. */
  readonly markerFile: string;
  readonly bridgeName: string;
  readonly networkName: string;
  readonly cgroupParent: string;
}
