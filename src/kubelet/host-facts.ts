import type { Allocatable } from '../core/container/field-reference.ts';
import type { ClusterDns } from '../core/container/pod-dns.ts';
import type { PodSettings } from '../core/pod/pod-view.ts';
import type { HostPaths } from '../ports/host-paths.ts';

/** Facts of this machine that the Pods' configuration depends on. */
export interface HostFacts {
  readonly paths: Pick<HostPaths, 'logsDir' | 'cgroupParent' | 'seccompDir'>;
  /** As the API names this node: its host name in lower case, unless the owner says otherwise. */
  readonly nodeName: string;
  /** Of this node, the one towards the world first. */
  readonly addresses: readonly string[];
  readonly memoryBytes: number;
  /** What a container may take that names no limit. */
  readonly allocatable: Allocatable;
  /** The kernel enforces AppArmor profiles. */
  readonly appArmor: boolean;
  /** Kernel parameters beside the safe ones that Pods may set; a `*` at the end stands for any ending. */
  readonly allowedUnsafeSysctls: readonly string[];
  /** Absent on a machine that is no node of a cluster. */
  readonly cluster?: ClusterDns;
  /** What the node's owner decided for all Pods. */
  readonly settings: PodSettings;
  /** How many sandboxes and containers may be started at once: a burst is bound by runc and CNI, not by the agent. */
  readonly parallelStarts: number;
}
