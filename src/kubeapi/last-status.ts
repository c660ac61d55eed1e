/** What the journal says became of a Pod that the agent before this one ended, but may not have told of any more. */
import type { PodRecord } from '../core/journal-record.ts';
import { foldRecords } from '../core/pod/pod-history.ts';
import { podStatus } from '../core/status/pod-status.ts';
import type { PodStatus } from '../model/pod-status.ts';

export interface StatusGround {
  readonly nowMs: number;
  readonly hostIPs: readonly string[];
  /** As container ids are prefixed: "containerd". */
  readonly runtimeName: string;
  /** As the API shows it. */
  readonly previous: PodStatus;
}

/** Undefined: its records do not say that it was removed. */
export function lastStatus(records: readonly PodRecord[], ground: StatusGround): PodStatus | undefined {
  const history = foldRecords(records);
  if (!history.removed || history.accepted === undefined) return undefined;
  return podStatus({ ...ground, pod: history.accepted, history, sandboxReady: false });
}
