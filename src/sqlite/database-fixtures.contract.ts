/** For the tests of schemas: databases as older hooklets left them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from './disk-faults.contract.ts';

export const fixtures = new URL('fixtures/', import.meta.url);

/** A database as the hooklet of that version left it. */
export function databaseFrom(fixture: string, t: TestContext): string {
  const file = join(temporaryDirectory(t), fixture.replace(/sql$/, 'db'));
  const database = new DatabaseSync(file);
  database.exec(readFileSync(new URL(fixture, fixtures), 'utf8'));
  database.close();
  return file;
}

export function rowsOf(file: string, sql: string): readonly unknown[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

/** Without the spaces of the texts they were made by. */
export const schemaOf = (file: string): readonly string[] =>
  rowsOf(file, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name").map((row) =>
    String((row as { readonly sql: string }).sql).replace(/\s+/g, ' '),
  );
