/**
 * Owns the journal's database file and the order in which records get into it. Does not own the right to be the only
 * writer: that is the state lock's.
 *
 * 1. Appends of one tick of the event loop become one transaction, in the order of the calls.
 * 2. A promise resolves, and a listener hears of a record, only after the COMMIT that holds it was fsynced.
 * 3. A transaction that fails is rolled back and fails every append in it.
 * 4. Reads run between transactions (everything here is synchronous), so they never see half of one.
 */
import { setImmediate } from 'node:timers';
import type { JournalRecord } from '../core/journal-record.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import type { Journal, OpenPod, PruneLimits, ReadOptions, StoredRecord } from '../ports/journal.ts';
import { journalKind } from './journal-schema.ts';
import { Listeners } from './listeners.ts';
import { pruneJournal } from './prune-journal.ts';
import { SqliteJournalReader } from './sqlite-journal-reader.ts';
import { SqliteWriter, type SqliteWriterOptions } from './sqlite-writer.ts';

const insert = 'INSERT INTO records (time, uid, pod, type, json) VALUES (?, ?, ?, ?, ?)';

interface PendingAppend {
  readonly records: readonly JournalRecord[];
  readonly jsons: readonly string[];
  resolve(): void;
  reject(error: HookletError): void;
}

export interface SqliteJournalOptions extends SqliteWriterOptions {
  /** A listener threw: its own affair, but somebody should know. */
  readonly onListenerError?: (error: unknown) => void;
}

export class SqliteJournal implements Journal {
  readonly #writer: SqliteWriter;
  readonly #reader: SqliteJournalReader;
  readonly #file: string;
  readonly #listeners: Listeners<StoredRecord>;
  #pending: PendingAppend[] = [];

  private constructor(writer: SqliteWriter, { file, onListenerError }: SqliteJournalOptions) {
    this.#writer = writer;
    this.#reader = new SqliteJournalReader(writer.connection, file);
    this.#file = file;
    this.#listeners = new Listeners(onListenerError);
  }

  /** Makes the file when it is missing, brings an older one to this version. Throws `hostLacks` for one it cannot use. */
  static open(options: SqliteJournalOptions): SqliteJournal {
    return SqliteWriter.open(journalKind, options, (writer) => new SqliteJournal(writer, options));
  }

  append(records: readonly JournalRecord[]): Promise<void> {
    if (this.#writer.closed) {
      return Promise.reject(new HookletError('journalUnwritable', `the journal '${this.#file}' is closed`));
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
    return this.#listeners.add(listener);
  }

  prune(limits: PruneLimits): readonly string[] {
    // A Pod whose new life is still waiting to be written must count as living.
    this.#commitPending();
    const openUids = this.#reader.openUids();
    return this.#writer.transaction(() => pruneJournal(this.#writer.connection, openUids, limits));
  }

  /** What was appended before is made durable first. */
  close(): void {
    if (this.#writer.closed) return;
    this.#commitPending();
    this.#listeners.clear();
    this.#writer.close();
  }

  #commitPending(): void {
    const batch = this.#pending;
    if (batch.length === 0) return;
    this.#pending = [];
    let stored: readonly StoredRecord[];
    try {
      stored = this.#writer.transaction(() => batch.flatMap((append) => this.#insertAll(append)));
    } catch (error) {
      for (const append of batch) append.reject(error as HookletError);
      return;
    }
    for (const append of batch) append.resolve();
    this.#listeners.tell(stored);
  }

  #insertAll({ records, jsons }: PendingAppend): readonly StoredRecord[] {
    return records.map((record, index) => ({
      seq: this.#writer.connection.run(insert, record.time, record.uid ?? null, record.pod ?? null, record.type, jsons[index] ?? ''),
      record,
    }));
  }
}
