import type { HandlerKind, HookName, HookOutcome, JournalRecord, SkipReason } from '../core/journal-record.ts';

/** One delivery of one hook, as `hooklet hooks` tells of it. Times are RFC 3339. */
export interface DeliveryRow {
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  readonly restartCount: number;
  readonly hook: HookName;
  readonly handler?: HandlerKind;
  /** 0 for a hook that was skipped: it was never delivered. */
  readonly attempt: number;
  readonly retry: number;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** `running`: begun and not ended, as far as the journal knows. */
  readonly outcome: HookOutcome | 'running' | 'skipped';
  readonly durationMs?: number;
  readonly exitCode?: number;
  readonly httpStatus?: number;
  /** Why it did not succeed, or why it was skipped. */
  readonly reason?: string | SkipReason;
}

type HookRecord = Extract<JournalRecord, { readonly type: `hook.${string}` }>;

export const isHookRecord = (record: JournalRecord): record is HookRecord =>
  record.type === 'hook.started' || record.type === 'hook.finished' || record.type === 'hook.skipped';

/** Deliveries in the order of their beginning. */
export class DeliveryRows {
  readonly #rows = new Map<string, DeliveryRow>();

  /** Takes the next record; returns the row that it made or changed. */
  add(record: JournalRecord): DeliveryRow | undefined {
    if (!isHookRecord(record)) return undefined;
    const key = [record.uid, record.container, record.restartCount, record.hook, record.type === 'hook.skipped' ? 0 : record.attempt].join(
      '/',
    );
    const row = rowOf(record, this.#rows.get(key));
    this.#rows.set(key, row);
    return row;
  }

  list(): readonly DeliveryRow[] {
    return [...this.#rows.values()];
  }
}

function rowOf(record: HookRecord, begun: DeliveryRow | undefined): DeliveryRow {
  const { pod, uid, container, restartCount, hook, time } = record;
  const of = { pod, uid, container, restartCount, hook };
  if (record.type === 'hook.skipped') return { ...of, attempt: 0, retry: 0, endedAt: time, outcome: 'skipped', reason: record.reason };
  const delivered = { ...of, handler: record.handler, attempt: record.attempt, retry: record.retry };
  // A retry belongs to the delivery that began before it.
  if (record.type === 'hook.started') return { ...delivered, startedAt: begun?.startedAt ?? time, outcome: 'running' };
  const { outcome, durationMs, exitCode, httpStatus, reason } = record;
  return {
    ...delivered,
    ...(begun?.startedAt === undefined ? {} : { startedAt: begun.startedAt }),
    endedAt: time,
    outcome,
    durationMs,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(reason === undefined ? {} : { reason }),
  };
}
