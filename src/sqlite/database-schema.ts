/** What every database of hooklet has in common: a table with its version, steps that lead from one to the next. */
import { HookletError } from '../ports/hooklet-error.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

export interface DatabaseKind {
  /** As messages call it, and with its article. */
  readonly noun: string;
  readonly aNoun: string;
  /** A table that it has in every version: what tells it from other databases. */
  readonly table: string;
  readonly unwritable: 'journalUnwritable' | 'storeUnwritable';
  /**
   * Step n leads from schema version n to n + 1. A step that was released is never edited: files of every older version
   * exist somewhere. Each step runs in a transaction of its own together with the new version number.
   */
  readonly migrations: readonly string[];
}

/** 0 for an empty database. Throws for a database of another kind and for one of a newer hooklet. */
export function databaseVersion(kind: DatabaseKind, connection: SqliteConnection, file: string): number {
  const tables = connection.all("SELECT name FROM sqlite_schema WHERE type = 'table'").map((row) => row['name']);
  if (tables.length === 0) return 0;
  const isOurs = tables.includes('schema_version') && tables.includes(kind.table);
  const version = isOurs ? connection.all('SELECT version FROM schema_version')[0]?.['version'] : undefined;
  if (typeof version !== 'number') {
    throw new HookletError('hostLacks', `the database '${file}' is not ${kind.aNoun} of hooklet; move it away or use another --state-dir`);
  }
  const newest = kind.migrations.length;
  if (version > newest) {
    throw new HookletError(
      'hostLacks',
      `the ${kind.noun} '${file}' has version ${version}, this hooklet knows versions up to ${newest}; use the newer hooklet that wrote it, or another --state-dir`,
    );
  }
  return version;
}

/** Brings the database to the newest version, from an empty one too. */
export function migrateDatabase(kind: DatabaseKind, connection: SqliteConnection, file: string): void {
  for (let version = databaseVersion(kind, connection, file); version < kind.migrations.length; version += 1) {
    connection.exec(
      `BEGIN IMMEDIATE;
       ${version === 0 ? 'CREATE TABLE schema_version (version INTEGER NOT NULL); INSERT INTO schema_version VALUES (0);' : ''}
       ${kind.migrations[version]}
       UPDATE schema_version SET version = ${version + 1};
       COMMIT;`,
    );
  }
}
