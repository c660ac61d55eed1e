import type { Pod } from '../../model/pod.ts';
import type { PodStatus } from '../../model/pod-status.ts';
import type { PodHistory } from '../pod/pod-history.ts';

/** Everything a Pod's status may depend on. */
export interface StatusView {
  readonly pod: Pod;
  readonly history: PodHistory;
  /** A sandbox is there in which containers can be started. */
  readonly sandboxReady: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** What was published last: its conditions keep their times, and those of others are preserved. */
  readonly previous?: PodStatus;
  /** As container ids are prefixed: "containerd". */
  readonly runtimeName: string;
  readonly hostIPs: readonly string[];
}
