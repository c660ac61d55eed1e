/** What a row of attempts says of a container (`pkg/kubelet/prober/worker.go` `doProbe`). */
import type { ProbeOutcome } from './probe-outcome.ts';
import type { ProbeKind, ProbeResult } from './probe-standing.ts';

export interface ThresholdRule {
  readonly kind: ProbeKind;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

export interface ProbeCount {
  /** What stands: it changes when a threshold is reached. */
  readonly standing: ProbeResult;
  /** The equal results of late; absent before the first. */
  readonly row?: { readonly result: 'success' | 'failure'; readonly length: number };
  /** Nothing more is asked of this instance: it is started for good, or to be restarted. */
  readonly isOnHold: boolean;
}

/** What stands before anything was asked. */
export const INITIAL_RESULT: Readonly<Record<ProbeKind, ProbeResult>> = { startup: 'unknown', readiness: 'failure', liveness: 'success' };

export const countFrom = (standing: ProbeResult): ProbeCount => ({ standing, isOnHold: false });

/** A warning is a success; what could not be asked counts for nothing. */
export function counted(count: ProbeCount, attempt: ProbeOutcome['result'], rule: ThresholdRule): ProbeCount {
  if (count.isOnHold || attempt === 'unknown') return count;
  const result = attempt === 'failure' ? 'failure' : 'success';
  const length = count.row?.result === result ? count.row.length + 1 : 1;
  const row = { result, length } as const;
  const threshold = result === 'failure' ? rule.failureThreshold : rule.successThreshold;
  if (length < threshold) return { ...count, row };
  const isOnHold = rule.kind === 'startup' || (rule.kind === 'liveness' && result === 'failure');
  return { standing: result, row, isOnHold };
}
