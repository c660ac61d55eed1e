/**
 * Owns a database file that has one writer, and the moments at which something gets into it. Does not own the right to be
 * the only writer: that is the state lock's.
 *
 * 1. A transaction that fails is rolled back and leaves nothing; the next one starts afresh.
 * 2. After `transaction()` has returned, what it wrote was fsynced.
 * 3. The write-ahead log is moved into the file when nobody waits for it.
 */
import { addMs } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';
import { type DatabaseKind, migrateDatabase } from './database-schema.ts';
import { openSqlite, type SqliteConnection } from './sqlite-connection.ts';
import { unreadable, unwritable } from './sqlite-error.ts';

/** Without a write for so long the database is idle: moving the log into the file (two fsyncs) delays nobody then. */
export const checkpointAfterMs = 1000;

/** SQLite's own checkpoint, inside a commit, stays as the bound of a log that never finds an idle second: 16 MiB. */
const pragmas = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4096;';

export interface SqliteWriterOptions {
  readonly file: string;
  readonly clock: Clock;
  /** For tests that fail a write: stands between the writer and its database. */
  readonly wrap?: (connection: SqliteConnection) => SqliteConnection;
}

export class SqliteWriter {
  readonly connection: SqliteConnection;
  readonly #kind: DatabaseKind;
  readonly #options: SqliteWriterOptions;
  readonly #closing = new AbortController();
  #commits = 0;
  #awaitsIdle = false;

  private constructor(kind: DatabaseKind, connection: SqliteConnection, options: SqliteWriterOptions) {
    this.#kind = kind;
    this.connection = connection;
    this.#options = options;
  }

  /**
   * Makes the file when it is missing, brings an older one to this version. `use` is the first to read it. Throws
   * `hostLacks` for one it cannot use.
   */
  static open<T>(kind: DatabaseKind, options: SqliteWriterOptions, use: (writer: SqliteWriter) => T): T {
    let connection: SqliteConnection | undefined;
    try {
      connection = openSqlite(options.file);
      connection.exec(pragmas);
      migrateDatabase(kind, connection, options.file);
      return use(new SqliteWriter(kind, options.wrap?.(connection) ?? connection, options));
    } catch (error) {
      connection?.close();
      throw unreadable(kind, options.file, error);
    }
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  transaction<T>(work: () => T): T {
    let result: T;
    try {
      this.connection.exec('BEGIN IMMEDIATE');
      result = work();
      this.connection.exec('COMMIT');
    } catch (error) {
      this.#rollBack();
      throw unwritable(this.#kind, this.#options.file, error);
    }
    this.#commits += 1;
    void this.#checkpointWhenIdle();
    return result;
  }

  /** Safe to repeat. */
  close(): void {
    if (this.closed) return;
    this.#closing.abort();
    this.connection.close();
  }

  /** SQLite has rolled back by itself after a full disk or an IO error, but not after every other failure. */
  #rollBack(): void {
    try {
      if (this.connection.inTransaction()) this.connection.exec('ROLLBACK');
    } catch {
      // What matters was thrown already; a connection that stays in its transaction fails the next one as loudly.
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
      this.connection.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // Closed meanwhile, or the disk is full: what was written is safe in the log, and the next idle moment tries again.
    } finally {
      this.#awaitsIdle = false;
    }
  }
}
