import { HookletError } from '../ports/hooklet-error.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/**
 * Step n leads from schema version n to n + 1. A step that was released is never edited: files of every older version
 * exist somewhere. Each step runs in a transaction of its own together with the new version number.
 */
export const journalMigrations: readonly string[] = [
  // AUTOINCREMENT: a seq is never given twice, not even after the newest records were pruned.
  // The two partial indexes hold a few rows a Pod: finding the open Pods does not read the history of the others.
  `CREATE TABLE records (
     seq  INTEGER PRIMARY KEY AUTOINCREMENT,
     time TEXT NOT NULL,
     uid  TEXT,
     pod  TEXT,
     type TEXT NOT NULL,
     json TEXT NOT NULL
   );
   CREATE INDEX records_of_uid ON records (uid);
   CREATE INDEX accepted_pods ON records (uid) WHERE type = 'pod.accepted';
   CREATE INDEX removed_pods ON records (uid) WHERE type = 'pod.removed';`,
];

/** 0 for an empty database. Throws for a database of somebody else and for one of a newer hooklet. */
export function journalVersion(connection: SqliteConnection, file: string, newest = journalMigrations.length): number {
  const tables = connection.all("SELECT name FROM sqlite_schema WHERE type = 'table'").map((row) => row['name']);
  if (tables.length === 0) return 0;
  const version = tables.includes('schema_version') ? connection.all('SELECT version FROM schema_version')[0]?.['version'] : undefined;
  if (typeof version !== 'number') {
    throw new HookletError('hostLacks', `the database '${file}' is not a journal of hooklet; move it away or use another --state-dir`);
  }
  if (version > newest) {
    throw new HookletError(
      'hostLacks',
      `the journal '${file}' has version ${version}, this hooklet knows versions up to ${newest}; use the newer hooklet that wrote it, or another --state-dir`,
    );
  }
  return version;
}

/** Brings the database to the newest version, from an empty one too. */
export function migrateJournal(connection: SqliteConnection, file: string, steps: readonly string[] = journalMigrations): void {
  for (let version = journalVersion(connection, file, steps.length); version < steps.length; version += 1) {
    connection.exec(
      `BEGIN IMMEDIATE;
       ${version === 0 ? 'CREATE TABLE schema_version (version INTEGER NOT NULL); INSERT INTO schema_version VALUES (0);' : ''}
       ${steps[version]}
       UPDATE schema_version SET version = ${version + 1};
       COMMIT;`,
    );
  }
}
