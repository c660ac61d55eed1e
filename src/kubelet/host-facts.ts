import type { PodSettings } from '../core/pod/pod-view.ts';
import type { HostPaths } from '../ports/host-paths.ts';

/** Facts of this machine that the Pods' configuration depends on. */
export interface HostFacts {
  readonly paths: Pick<HostPaths, 'logsDir' | 'cgroupParent'>;
  /** As the API names this node: its host name in lower case, unless the owner says otherwise. */
  readonly nodeName: string;
  /** Of this node, the one towards the world first. */
  readonly addresses: readonly string[];
  readonly memoryBytes: number;
  /** What the node's owner decided for all Pods. */
  readonly settings: PodSettings;
  /** How many sandboxes and containers may be started at once: a burst is bound by runc and CNI, not by the agent. */
  readonly parallelStarts: number;
}
