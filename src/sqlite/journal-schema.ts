import type { DatabaseKind } from './database-schema.ts';

/** See `DatabaseKind.migrations`: a step that was released is never edited. */
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

export const journalKind: DatabaseKind = {
  noun: 'journal',
  aNoun: 'a journal',
  table: 'records',
  unwritable: 'journalUnwritable',
  migrations: journalMigrations,
};
