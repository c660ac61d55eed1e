/**
 * The journal without a disk, and with every accident that a disk or a `kill -9` can bring.
 *
 * 1. Calls of `append()` are counted from 1; a fault names the call it meets.
 * 2. Like the real one: calls of one tick are stored together or not at all, in order. It settles within microtasks, so
 *    that a test on a manual clock needs no more than one turn of the event loop.
 * 3. A crashed journal belongs to a dead agent: nothing more is stored, resolved or told. `reopen()` is what the next
 *    agent finds.
 */
import type { JournalRecord, PodRecord } from '../core/journal-record.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import type { Journal, OpenPod, PruneLimits, ReadOptions, StoredRecord } from '../ports/journal.ts';

interface PendingAppend {
  readonly call: number;
  readonly records: readonly JournalRecord[];
  /** Text, as on disk: what comes back is a copy without members that are `undefined`. */
  readonly jsons: readonly string[];
  resolve(): void;
  reject(error: HookletError): void;
}

interface Row {
  readonly seq: number;
  readonly json: string;
}

/** `before`: the agent dies with the tick's records unwritten; `after`: they are durable, but nobody was told. */
export type CrashMoment = 'before' | 'after';

export class MemoryJournal implements Journal {
  readonly #listeners = new Set<(stored: StoredRecord) => void>();
  readonly #failing = new Set<number>();
  readonly #holds = new Map<number, Promise<void>>();
  readonly #crashes = new Map<number, CrashMoment>();
  readonly #died = Promise.withResolvers<void>();
  #rows: Row[];
  #nextSeq: number;
  #calls = 0;
  #pending: PendingAppend[] = [];
  #committing = false;
  #full = false;
  #state: 'open' | 'closed' | 'crashed' = 'open';

  constructor(before?: { readonly rows: readonly Row[]; readonly nextSeq: number }) {
    this.#rows = [...(before?.rows ?? [])];
    this.#nextSeq = before?.nextSeq ?? 1;
  }

  /** How often `append()` was called. */
  get calls(): number {
    return this.#calls;
  }

  /** Resolves when the agent of this journal has died. */
  get crashed(): Promise<void> {
    return this.#died.promise;
  }

  /** Everything stored, in order. */
  get records(): readonly JournalRecord[] {
    return this.#rows.map(({ json }) => JSON.parse(json) as JournalRecord);
  }

  /** The given call, and those of its tick, are rejected with `journalUnwritable`. */
  failAt(call: number): void {
    this.#failing.add(call);
  }

  /** Every call is rejected while the disk is full. */
  setFull(full: boolean): void {
    this.#full = full;
  }

  /** The given call, those of its tick and all after it wait until released. */
  holdAt(call: number): { release(): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#holds.set(call, promise);
    return { release: resolve };
  }

  /** The agent dies at the given call. */
  crashAt(call: number, moment: CrashMoment): void {
    this.#crashes.set(call, moment);
  }

  /** The agent dies now. Safe to repeat. */
  crash(): void {
    if (this.#state === 'crashed') return;
    this.#state = 'crashed';
    this.#pending = [];
    this.#listeners.clear();
    this.#died.resolve();
  }

  /** What a restarted agent finds, without the faults of this one; this one is dead from then on. */
  reopen(): MemoryJournal {
    if (this.#state === 'open') this.crash();
    return new MemoryJournal({ rows: this.#rows, nextSeq: this.#nextSeq });
  }

  append(records: readonly JournalRecord[]): Promise<void> {
    this.#calls += 1;
    const call = this.#calls;
    if (this.#state === 'crashed') return new Promise(() => {});
    if (this.#state === 'closed') return Promise.reject(new HookletError('journalUnwritable', 'the journal in memory is closed'));
    return new Promise((resolve, reject) => {
      const jsons = records.map((record) => JSON.stringify(record));
      this.#pending.push({ call, records, jsons, resolve, reject });
      if (!this.#committing) void this.#commitPending();
    });
  }

  openPods(): readonly OpenPod[] {
    const lives = new Map<string, { accepted: boolean; readonly records: PodRecord[] }>();
    for (const record of this.records) {
      if (record.uid === undefined) continue;
      if (record.type === 'pod.removed') lives.delete(record.uid);
      else if (record.type !== 'agent.started' && record.type !== 'agent.recovered') {
        const life = lives.get(record.uid) ?? { accepted: false, records: [] };
        lives.set(record.uid, life);
        life.accepted ||= record.type === 'pod.accepted';
        life.records.push(record);
      }
    }
    return [...lives].filter(([, life]) => life.accepted).map(([uid, { records }]) => ({ uid, records }));
  }

  read({ afterSeq = 0, pod, uid, limit = 1000 }: ReadOptions): readonly StoredRecord[] {
    return this.#rows
      .filter(({ seq }) => seq > afterSeq)
      .map(({ seq, json }) => ({ seq, record: JSON.parse(json) as JournalRecord }))
      .filter(({ record }) => (pod === undefined || record.pod === pod) && (uid === undefined || record.uid === uid))
      .slice(0, limit);
  }

  onRecord(listener: (stored: StoredRecord) => void): () => void {
    const entry = (stored: StoredRecord): void => listener(stored);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  prune({ keepPods, keepMs, nowWallMs }: PruneLimits): readonly string[] {
    if (this.#full) throw diskFull();
    const oldest = new Date(Math.max(0, nowWallMs - keepMs)).toISOString();
    const open = new Set(this.openPods().map(({ uid }) => uid));
    const ends = new Map<string, string>();
    for (const { uid, time } of this.records.toReversed()) {
      if (uid !== undefined && !open.has(uid) && !ends.has(uid)) ends.set(uid, time);
    }
    const dropped = [...ends].filter(([, time], index) => index >= keepPods || time < oldest).map(([uid]) => uid);
    this.#rows = this.#rows.filter(({ json }) => {
      const { uid, time } = JSON.parse(json) as JournalRecord;
      return uid === undefined ? time >= oldest : !dropped.includes(uid);
    });
    return dropped;
  }

  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    this.#commit(this.#pending.splice(0));
    this.#listeners.clear();
  }

  async #commitPending(): Promise<void> {
    this.#committing = true;
    // The end of the tick: whoever appends before it joins this batch.
    await Promise.resolve();
    while (this.#state === 'open' && this.#pending.length > 0) {
      const held = this.#pending.find(({ call }) => this.#holds.has(call));
      if (held === undefined) {
        this.#commit(this.#pending.splice(0));
      } else {
        await this.#holds.get(held.call);
        this.#holds.delete(held.call);
      }
    }
    this.#committing = false;
  }

  #commit(batch: readonly PendingAppend[]): void {
    if (this.#full || batch.some(({ call }) => this.#failing.has(call))) {
      for (const append of batch) append.reject(diskFull());
      return;
    }
    const crash = batch.map(({ call }) => this.#crashes.get(call)).find((moment) => moment !== undefined);
    const stored = crash === 'before' ? [] : batch.flatMap((append) => this.#store(append));
    if (crash !== undefined) {
      this.crash();
      return;
    }
    for (const append of batch) append.resolve();
    for (const one of stored) this.#tellListeners(one);
  }

  #store({ records, jsons }: PendingAppend): readonly StoredRecord[] {
    return records.map((record, index) => {
      const seq = this.#nextSeq;
      this.#nextSeq += 1;
      this.#rows.push({ seq, json: jsons[index] ?? '' });
      return { seq, record };
    });
  }

  #tellListeners(stored: StoredRecord): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(stored);
      } catch {
        // Its own affair, as with the real journal.
      }
    }
  }
}

const diskFull = (): HookletError =>
  new HookletError('journalUnwritable', 'writing the journal in memory failed: its disk is full', { retry: 'later' });
