import type { JournalRecord, PodRecord } from '../core/journal-record.ts';

/** One page of the journal in the order of writing. `seq` grows by every record and never repeats. */
export interface StoredRecord {
  readonly seq: number;
  readonly record: JournalRecord;
}

/**
 * A Pod that was accepted and whose `pod.removed` is not in the journal yet, with all its records in order. A uid that
 * lives a second time (a manifest may fix it) comes with the records since its last `pod.removed` only.
 */
export interface OpenPod {
  readonly uid: string;
  readonly records: readonly PodRecord[];
}

export interface ReadOptions {
  readonly afterSeq?: number;
  readonly pod?: string;
  readonly uid?: string;
  readonly limit?: number;
}

export interface PruneLimits {
  readonly keepPods: number;
  readonly keepMs: number;
  readonly nowWallMs: number;
}

/** What a command may see of the journal beside a running agent. */
export type JournalReader = Pick<Journal, 'openPods' | 'read' | 'close'>;

/**
 * What happened, durably. Adapter: `sqlite/sqlite-journal.ts`; fake: `fakes/memory-journal.ts`.
 */
export interface Journal {
  /**
   * Resolves when every given record is on disk (synchronous FULL), in the given order, all or none. Calls of one tick
   * share one transaction and keep their order. Rejects with code `journalUnwritable` (disk full, IO error); nothing
   * of that call is stored then, and later calls may succeed.
   */
  append(records: readonly JournalRecord[]): Promise<void>;
  /** Pods not yet removed, oldest first. */
  openPods(): readonly OpenPod[];
  /** Records with `seq` greater than `afterSeq`, oldest first, at most `limit` (default 1000). */
  read(options: ReadOptions): readonly StoredRecord[];
  /**
   * Called for every record right after it became durable, in order. A listener that throws harms nobody. Returns the
   * way to stop listening.
   */
  onRecord(listener: (stored: StoredRecord) => void): () => void;
  /**
   * Drops the history of removed (and of never accepted) Pods beyond the newest `keepPods` or older than `keepMs`, and
   * the agent's own records older than `keepMs`. Of a living Pod nothing is dropped. Returns the uids it dropped:
   * their hook output can go too. Throws `journalUnwritable`.
   */
  prune(limits: PruneLimits): readonly string[];
  /** What was appended before the call becomes durable; later appends are refused. */
  close(): void;
}
