import type { PodStatus } from '../model/pod-status.ts';

/**
 * Where the kubelet tells a Pod's owner what has become of it: the API, or nobody. What is told is delivered in the end,
 * in order; of several statuses of one Pod the newest is enough.
 */
export interface PodReports {
  /** Called when the status has changed. */
  status(uid: string, status: PodStatus): void;
}
