/**
 * The reading half of the journal: used by the agent on its own connection, and alone by commands that look at the
 * journal of a running agent. Readers never block the writer and see only what was committed (WAL).
 */
import { statSync } from 'node:fs';
import type { JournalRecord, PodRecord } from '../core/journal-record.ts';
import type { JournalReader, OpenPod, ReadOptions, StoredRecord } from '../ports/journal.ts';
import { databaseVersion } from './database-schema.ts';
import { journalKind } from './journal-schema.ts';
import { openSqliteReadOnly, type Row, type SqliteConnection, type SqlValue } from './sqlite-connection.ts';
import { unreadable } from './sqlite-error.ts';

const defaultLimit = 1000;

/** `life` is the seq of the Pod's last `pod.removed`: a uid that a manifest fixes may live again. */
const openPodsQuery = `
  WITH accepted AS (SELECT uid, max(seq) AS last FROM records WHERE type = 'pod.accepted' GROUP BY uid),
       removed  AS (SELECT uid, max(seq) AS last FROM records WHERE type = 'pod.removed' GROUP BY uid)
  SELECT accepted.uid AS uid, coalesce(removed.last, 0) AS life
  FROM accepted LEFT JOIN removed ON removed.uid = accepted.uid
  WHERE accepted.last > coalesce(removed.last, 0)`;

export class SqliteJournalReader implements JournalReader {
  readonly #connection: SqliteConnection;
  readonly #file: string;

  constructor(connection: SqliteConnection, file: string) {
    this.#connection = connection;
    this.#file = file;
  }

  /** Beside a running agent or without one. `undefined`: this state directory has no journal yet. */
  static open(file: string): SqliteJournalReader | undefined {
    if (!isThere(file)) return undefined;
    let connection: SqliteConnection | undefined;
    try {
      connection = openSqliteReadOnly(file);
      // Version 0: an agent is making the file at this very moment.
      if (databaseVersion(journalKind, connection, file) > 0) return new SqliteJournalReader(connection, file);
      connection.close();
      return undefined;
    } catch (error) {
      connection?.close();
      throw unreadable(journalKind, file, error);
    }
  }

  openPods(): readonly OpenPod[] {
    return this.#reading(() => {
      const pods = this.#connection.all(openPodsQuery).map((row) => {
        const uid = String(row['uid']);
        const rows = this.#connection.all('SELECT seq, json FROM records WHERE uid = ? AND seq > ? ORDER BY seq', uid, Number(row['life']));
        const stored = rows.map(toStored);
        return { uid, firstSeq: stored[0]?.seq ?? 0, records: stored.map(({ record }) => record).filter(isPodRecord) };
      });
      return pods.sort((a, b) => a.firstSeq - b.firstSeq).map(({ uid, records }) => ({ uid, records }));
    });
  }

  /** The same Pods without their records: a Pod that lives long has many. */
  openUids(): ReadonlySet<string> {
    return this.#reading(() => new Set(this.#connection.all(openPodsQuery).map((row) => String(row['uid']))));
  }

  read(options: ReadOptions): readonly StoredRecord[] {
    const conditions = ['seq > ?'];
    const values: SqlValue[] = [options.afterSeq ?? 0];
    if (options.uid !== undefined) {
      conditions.push('uid = ?');
      values.push(options.uid);
    }
    if (options.pod !== undefined) {
      conditions.push('pod = ?');
      values.push(options.pod);
    }
    values.push(options.limit ?? defaultLimit);
    return this.#reading(() =>
      this.#connection.all(`SELECT seq, json FROM records WHERE ${conditions.join(' AND ')} ORDER BY seq LIMIT ?`, ...values).map(toStored),
    );
  }

  close(): void {
    this.#connection.close();
  }

  #reading<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw unreadable(journalKind, this.#file, error);
    }
  }
}

/** The journal of another user cannot even be looked for: that is not the same as none. */
function isThere(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw unreadable(journalKind, file, error);
  }
}

const toStored = (row: Row): StoredRecord => ({
  seq: Number(row['seq']),
  record: JSON.parse(String(row['json'])) as JournalRecord,
});

const isPodRecord = (record: JournalRecord): record is PodRecord => !record.type.startsWith('agent.');
