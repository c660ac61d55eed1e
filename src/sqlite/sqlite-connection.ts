import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

export type SqlValue = string | number | null | Uint8Array;
export type Row = Readonly<Record<string, unknown>>;

/** The few things hooklet does with a database; small, so that a test can stand in between and fail the n-th write. */
export interface SqliteConnection {
  exec(sql: string): void;
  /** Runs one statement and returns the row id of the last insert. */
  run(sql: string, ...values: readonly SqlValue[]): number;
  all(sql: string, ...values: readonly SqlValue[]): readonly Row[];
  inTransaction(): boolean;
  close(): void;
}

/** Longest wait for another program's lock on the file (a backup, a person with `sqlite3`). It blocks the event loop. */
const busyTimeoutMs = 1000;

/**
 * Opens a database that belongs to its owner alone. SQLite gives `-wal` and `-shm` the mode of the file itself, so the
 * file has to exist with its mode before SQLite sees it. A directory that is there keeps its mode: it may be the user's.
 */
export function openSqlite(file: string): SqliteConnection {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  return connectionTo(new DatabaseSync(file, { timeout: busyTimeoutMs }));
}

/** The file must exist. */
export function openSqliteReadOnly(file: string): SqliteConnection {
  return connectionTo(new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs }));
}

function connectionTo(database: DatabaseSync): SqliteConnection {
  const statements = new Map<string, StatementSync>();
  // The callers use a handful of fixed texts, so the map needs no bound.
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    exec: (sql) => database.exec(sql),
    run: (sql, ...values) => Number(prepared(sql).run(...values).lastInsertRowid),
    all: (sql, ...values) => prepared(sql).all(...values),
    inTransaction: () => database.isTransaction,
    close: () => database.close(),
  };
}
