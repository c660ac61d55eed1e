import type { DatabaseKind } from './database-schema.ts';

/** See `DatabaseKind.migrations`: a step that was released is never edited. */
export const objectStoreMigrations: readonly string[] = [
  // A version is stored once: it is the object while it is the newest of its key, the object of one change, and what the
  // next change calls the previous one. `objects` says which versions are the newest, and which of them expire.
  // AUTOINCREMENT: a resourceVersion is never given twice, not even after the newest changes were compacted away.
  // The bytes come last, so that what stands before them is read without them.
  `CREATE TABLE versions (
     rv        INTEGER PRIMARY KEY AUTOINCREMENT,
     kind      TEXT NOT NULL,
     resource  TEXT NOT NULL,
     namespace TEXT NOT NULL,
     name      TEXT NOT NULL,
     uid       TEXT NOT NULL,
     previous  INTEGER,
     json      BLOB NOT NULL
   );
   CREATE INDEX versions_of_object ON versions (resource, namespace, name, rv, kind);
   CREATE INDEX versions_of_resource ON versions (resource, rv, namespace);
   CREATE TABLE objects (
     resource      TEXT NOT NULL,
     namespace     TEXT NOT NULL,
     name          TEXT NOT NULL,
     rv            INTEGER NOT NULL,
     expires_at_ms INTEGER,
     PRIMARY KEY (resource, namespace, name)
   ) WITHOUT ROWID;
   CREATE INDEX objects_that_expire ON objects (expires_at_ms, rv) WHERE expires_at_ms IS NOT NULL;
   CREATE TABLE compaction (oldest INTEGER NOT NULL);
   INSERT INTO compaction VALUES (0);`,
];

export const objectStoreKind: DatabaseKind = {
  noun: 'object store',
  aNoun: 'an object store',
  table: 'versions',
  unwritable: 'storeUnwritable',
  migrations: objectStoreMigrations,
};
