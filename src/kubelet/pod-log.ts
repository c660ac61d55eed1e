/**
 * One Pod's page of the journal: appends facts durably and keeps their fold.
 *
 * L1 `history` holds exactly what was appended, in order. With each fact go its Kubernetes events, counted and bounded.
 * L2 A fact that makes something start is durable before `append` resolves, or `append` rejects: starts wait.
 * L3 When the journal cannot be written, a stop goes on: its facts live in memory and are written first at the next
 *    append that succeeds.
 */

import { correlate, foldEvent } from '../core/event/correlate.ts';
import { withEvents } from '../core/event/events-of.ts';
import { timeText } from '../core/instant.ts';
import type { NewFact, PodRecord } from '../core/journal-record.ts';
import { foldRecord, foldRecords, type PodHistory } from '../core/pod/pod-history.ts';
import { type Pod, podKey } from '../model/pod.ts';
import type { Clock } from '../ports/clock.ts';
import { hasCode } from '../ports/hooklet-error.ts';
import type { Journal } from '../ports/journal.ts';

export class PodLog {
  readonly #pod: Pod;
  readonly #journal: Journal;
  readonly #clock: Clock;
  #history: PodHistory;
  #unwritten: readonly PodRecord[] = [];

  constructor(pod: Pod, records: readonly PodRecord[], { journal, clock }: { readonly journal: Journal; readonly clock: Clock }) {
    this.#pod = pod;
    this.#journal = journal;
    this.#clock = clock;
    this.#history = foldRecords(records);
  }

  get history(): PodHistory {
    return this.#history;
  }

  /** True while something of this Pod is known only to this process. */
  get hasUnwritten(): boolean {
    return this.#unwritten.length > 0;
  }

  async append(facts: readonly NewFact[]): Promise<void> {
    if (facts.length === 0) return;
    const records = this.#recordsOf(facts);
    // Taken along by one append at a time: two that run side by side would write them twice, or lose each other's.
    const carried = this.#unwritten;
    this.#unwritten = [];
    try {
      await this.#journal.append([...carried, ...records]);
    } catch (error) {
      const waits = !hasCode(error, 'journalUnwritable') || facts.some((fact) => isStart(fact, this.#history));
      this.#unwritten = [...carried, ...this.#unwritten];
      if (waits) throw error;
      this.#keepInMemory(this.hasUnwritten ? records : [...this.#recordsOf([UNWRITABLE]), ...records]);
      return;
    }
    this.#history = records.reduce(foldRecord, this.#history);
  }

  #keepInMemory(records: readonly PodRecord[]): void {
    this.#unwritten = [...this.#unwritten, ...records];
    this.#history = records.reduce(foldRecord, this.#history);
  }

  #recordsOf(facts: readonly NewFact[]): readonly PodRecord[] {
    const now = this.#clock.now();
    const { wallMs } = now;
    const of = { time: timeText(now), pod: podKey(this.#pod), uid: this.#pod.metadata.uid };
    let { events } = this.#history;
    return facts
      .flatMap((fact) => withEvents(fact, { pod: this.#pod, history: this.#history }))
      .flatMap((fact): readonly PodRecord[] => {
        if (fact.type !== 'event') return [{ ...of, ...fact }];
        const event = correlate(events, fact, wallMs);
        if (event === undefined) return [];
        events = foldEvent(events, event, wallMs);
        return [{ ...of, ...event }];
      });
  }
}

/** Told once an outage, by the Pod that first had to go on from memory. */
const UNWRITABLE: NewFact = {
  type: 'event',
  eventType: 'Warning',
  reason: 'JournalUnwritable',
  message: 'The journal cannot be written: starts wait, stops go on from memory',
};

/** A postStart that is begun only to be ended by a delete belongs to the stop: it must not hold it up. */
function isStart(fact: NewFact, { deleting }: PodHistory): boolean {
  if (fact.type === 'hook.started') return fact.hook === 'postStart' && deleting === undefined;
  return fact.type === 'pod.accepted' || fact.type === 'container.created';
}
