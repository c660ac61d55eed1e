/**
 * Owns the journal's database file and the order in which records get into it. Does not own the right to be the only
 * writer: that is the state lock's.
 *
 * 1. Appends of one tick of the event loop become one transaction, in the order of the calls.
 * 2. A promise resolves, and a listener hears of a record, only after the COMMIT that holds it was fsynced.
 * 3. A transaction that fails is rolled back and fails every append in it; the next one starts afresh.
 * 4. Reads run between transactions (everything here is synchronous), so they never see half of one.
 */
import { setImmediate } from 'node:timers';
import { addMs } from '../core/instant.ts';
import type { JournalRecord } from '../core/journal-record.ts';
import type { Clock } from '../ports/clock.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import type { Journal, OpenPod, PruneLimits, ReadOptions, StoredRecord } from '../ports/journal.ts';
import { migrateJournal } from './journal-schema.ts';
import { pruneJournal } from './prune-journal.ts';
import { openSqlite, type SqliteConnection } from './sqlite-connection.ts';
import { journalUnreadable, journalUnwritable } from './sqlite-error.ts';
import { SqliteJournalReader } from './sqlite-journal-reader.ts';

/** Without a write for so long the journal is idle: moving the log into the file (two fsyncs) delays nobody then. */
export const checkpointAfterMs = 1000;

/** SQLite's own checkpoint, inside a commit, stays as the bound of a log that never finds an idle second: 16 MiB. */
const pragmas = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4096;';

const insert = 'INSERT INTO records (time, uid, pod, type, json) VALUES (?, ?, ?, ?, ?)';

interface PendingAppend {
  readonly records: readonly JournalRecord[];
  readonly jsons: readonly string[];
  resolve(): void;
  reject(error: HookletError): void;
}

export interface SqliteJournalOptions {
  readonly file: string;
  readonly clock: Clock;
  /** A listener threw: its own affair, but somebody should know. */
  readonly onListenerError?: (error: unknown) => void;
  /** For tests that fail a write: stands between the journal and its database. */
  readonly wrap?: (connection: SqliteConnection) => SqliteConnection;
}

export class SqliteJournal implements Journal {
  readonly #connection: SqliteConnection;
  readonly #reader: SqliteJournalReader;
  readonly #options: SqliteJournalOptions;
  readonly #listeners = new Set<(stored: StoredRecord) => void>();
  readonly #closing = new AbortController();
  #pending: PendingAppend[] = [];
  #commits = 0;
  #awaitsIdle = false;

  private constructor(connection: SqliteConnection, options: SqliteJournalOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#reader = new SqliteJournalReader(connection, options.file);
  }

  /** Makes the file when it is missing, brings an older one to this version. Throws `hostLacks` for one it cannot use. */
  static open(options: SqliteJournalOptions): SqliteJournal {
    let connection: SqliteConnection | undefined;
    try {
      connection = openSqlite(options.file);
      connection.exec(pragmas);
      migrateJournal(connection, options.file);
      return new SqliteJournal(options.wrap?.(connection) ?? connection, options);
    } catch (error) {
      connection?.close();
      throw journalUnreadable(options.file, error);
    }
  }

  append(records: readonly JournalRecord[]): Promise<void> {
    if (this.#closing.signal.aborted) {
      return Promise.reject(new HookletError('journalUnwritable', `the journal '${this.#options.file}' is closed`));
    }
    return new Promise((resolve, reject) => {
      // Turned into text here: a record that cannot be fails its own call and no other one of the batch.
      const jsons = records.map((record) => JSON.stringify(record));
      if (this.#pending.length === 0) setImmediate(() => this.#commitPending());
      this.#pending.push({ records, jsons, resolve, reject });
    });
  }

  openPods(): readonly OpenPod[] {
    return this.#reader.openPods();
  }

  read(options: ReadOptions): readonly StoredRecord[] {
    return this.#reader.read(options);
  }

  onRecord(listener: (stored: StoredRecord) => void): () => void {
    // A wrapper, so that the same function may listen twice and stop once.
    const entry = (stored: StoredRecord): void => listener(stored);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  prune(limits: PruneLimits): readonly string[] {
    // A Pod whose new life is still waiting to be written must count as living.
    this.#commitPending();
    const openUids = new Set(this.openPods().map(({ uid }) => uid));
    return this.#inTransaction(() => pruneJournal(this.#connection, openUids, limits));
  }

  /** What was appended before is made durable first. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#commitPending();
    this.#closing.abort();
    this.#listeners.clear();
    this.#connection.close();
  }

  #commitPending(): void {
    const batch = this.#pending;
    if (batch.length === 0) return;
    this.#pending = [];
    let stored: readonly StoredRecord[];
    try {
      stored = this.#inTransaction(() => batch.flatMap((append) => this.#insertAll(append)));
    } catch (error) {
      for (const append of batch) append.reject(error as HookletError);
      return;
    }
    for (const append of batch) append.resolve();
    for (const one of stored) this.#tellListeners(one);
    this.#commits += 1;
    void this.#checkpointWhenIdle();
  }

  #insertAll({ records, jsons }: PendingAppend): readonly StoredRecord[] {
    return records.map((record, index) => ({
      seq: this.#connection.run(insert, record.time, record.uid ?? null, record.pod ?? null, record.type, jsons[index] ?? ''),
      record,
    }));
  }

  #inTransaction<T>(work: () => T): T {
    try {
      this.#connection.exec('BEGIN IMMEDIATE');
      const result = work();
      this.#connection.exec('COMMIT');
      return result;
    } catch (error) {
      this.#rollBack();
      throw journalUnwritable(this.#options.file, error);
    }
  }

  /** SQLite has rolled back by itself after a full disk or an IO error, but not after every other failure. */
  #rollBack(): void {
    try {
      if (this.#connection.inTransaction()) this.#connection.exec('ROLLBACK');
    } catch {
      // What matters was thrown already; a connection that stays in its transaction fails the next append as loudly.
    }
  }

  #tellListeners(stored: StoredRecord): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(stored);
      } catch (error) {
        this.#options.onListenerError?.(error);
      }
    }
  }

  async #checkpointWhenIdle(): Promise<void> {
    if (this.#awaitsIdle) return;
    this.#awaitsIdle = true;
    const { clock } = this.#options;
    try {
      let seen: number;
      do {
        seen = this.#commits;
        await clock.waitUntil(addMs(clock.now(), checkpointAfterMs), this.#closing.signal);
      } while (seen !== this.#commits);
      // PASSIVE never waits for a reader; what a reader holds back is moved the next time.
      this.#connection.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // Closed meanwhile, or the disk is full: the records are safe in the log, and the next idle moment tries again.
    } finally {
      this.#awaitsIdle = false;
    }
  }
}
