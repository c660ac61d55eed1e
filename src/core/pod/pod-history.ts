/**
 * What the journal says about one Pod, folded into the shape that decisions need. Pure: the same records give the same
 * history, in a running agent and in one that starts after a crash. Records only add; nothing here asks the runtime.
 */
import type { Pod } from '../../model/pod.ts';
import { type ContainerHistory, foldContainer } from '../container/container-history.ts';
import { type EventHistory, foldEvent, NO_EVENTS } from '../event/correlate.ts';
import type { Instant } from '../instant.ts';
import type { PodPhase, PodRecord } from '../journal-record.ts';

export interface PodHistory {
  /** As it is wanted: accepted, with what was changed since. */
  readonly accepted?: Pod;
  readonly acceptedWallMs?: number;
  readonly rejected?: { readonly reason: string; readonly message: string };
  readonly sandbox?: { readonly id: string; readonly attempt: number; readonly ip?: string };
  /** How often everything began anew: with each further sandbox, and with each restart of all containers in place. */
  readonly round: number;
  /** The round that began with the last restart of all containers in place. */
  readonly restartedInRound?: number;
  readonly deleting?: { readonly graceSeconds: number; readonly firstSeen: Instant; readonly deadline: Instant };
  /** A management event ends it: its phase will be Failed, with this reason and message. */
  readonly ending?: { readonly reason: string; readonly message: string; readonly graceSeconds: number; readonly deadline: Instant };
  readonly endedPhase?: PodPhase;
  readonly removed: boolean;
  readonly containers: Readonly<Record<string, ContainerHistory>>;
  readonly events: EventHistory;
}

export const EMPTY_HISTORY: PodHistory = { removed: false, round: 0, containers: {}, events: NO_EVENTS };

export function foldRecords(records: readonly PodRecord[]): PodHistory {
  return records.reduce(foldRecord, EMPTY_HISTORY);
}

export function foldRecord(history: PodHistory, record: PodRecord): PodHistory {
  switch (record.type) {
    case 'pod.accepted':
      return { ...history, accepted: record.spec, acceptedWallMs: Date.parse(record.time) };
    case 'pod.updated':
      return { ...history, accepted: record.spec };
    case 'sandbox.ready':
      return withSandbox(history, record);
    case 'pod.restarting':
      return { ...history, round: history.round + 1, restartedInRound: history.round + 1 };
    case 'pod.deleting':
      return { ...history, deleting: { graceSeconds: record.graceSeconds, firstSeen: record.firstSeen, deadline: record.deadline } };
    case 'pod.ending': {
      const { reason, message, graceSeconds, deadline } = record;
      return { ...history, ending: { reason, message, graceSeconds, deadline } };
    }
    case 'pod.ended':
      return { ...history, endedPhase: record.phase };
    case 'pod.removed':
      return { ...history, removed: true };
    case 'event':
      return { ...history, events: foldEvent(history.events, record, Date.parse(record.time)) };
    case 'pod.rejected':
      return { ...history, rejected: { reason: record.reason, message: record.message } };
    default:
      return withContainer(history, record);
  }
}

function withSandbox(history: PodHistory, { sandboxId, attempt, ip }: Extract<PodRecord, { type: 'sandbox.ready' }>): PodHistory {
  const isAnother = history.sandbox !== undefined && history.sandbox.id !== sandboxId;
  return {
    ...history,
    sandbox: { id: sandboxId, attempt, ...(ip === undefined ? {} : { ip }) },
    round: history.round + (isAnother ? 1 : 0),
  };
}

type OfContainer = Extract<PodRecord, { readonly container: string }>;

function withContainer(history: PodHistory, record: Exclude<OfContainer, { type: 'event' }>): PodHistory {
  const container = foldContainer(history.containers[record.container] ?? {}, record, {
    wallMs: Date.parse(record.time),
    round: history.round,
  });
  return { ...history, containers: { ...history.containers, [record.container]: container } };
}
