import type { EventFact, JournalRecord } from '../core/journal-record.ts';
import { eventIdentity } from '../model/event-identity.ts';

/** One event as `kubectl describe` shows it, however often it was told. Times are RFC 3339. */
export interface EventRow extends Omit<EventFact, 'type'> {
  readonly firstTime: string;
  readonly lastTime: string;
}

/** The events of one Pod, from its records. */
export class EventRows {
  /** In the order in which they were last told. */
  readonly #rows = new Set<EventRow>();
  readonly #newest = new Map<string, EventRow>();

  add(record: JournalRecord): void {
    if (record.type !== 'event') return;
    const { time, container, eventType, reason, message, count } = record;
    const identity = eventIdentity(record);
    // Counted from 1 again: the one before it was forgotten, and stays as it is.
    const before = count > 1 ? this.#newest.get(identity) : undefined;
    const row = { eventType, reason, message, count, firstTime: before?.firstTime ?? time, lastTime: time };
    const told = container === undefined ? row : { ...row, container };
    if (before !== undefined) this.#rows.delete(before);
    this.#rows.add(told);
    this.#newest.set(identity, told);
  }

  /** Oldest first, by the last time. */
  list(): readonly EventRow[] {
    return [...this.#rows].sort((a, b) => Date.parse(a.lastTime) - Date.parse(b.lastTime));
  }
}
