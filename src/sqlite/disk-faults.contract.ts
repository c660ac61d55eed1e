/** For the tests of the databases: what disks do. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { SqliteConnection } from './sqlite-connection.ts';

export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-database-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** A file system of 1 MiB. Taken away lazily: the runner closes what was opened on it only after this. */
export function smallDisk(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-database-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'hooklet-test', directory]);
  t.after(() => {
    execFileSync('umount', ['--lazy', directory]);
    rmdirSync(directory);
  });
  return directory;
}

/** Takes all the space that is left; the returned function gives it back. */
export function fillDisk(directory: string): () => void {
  const filler = join(directory, 'filler');
  for (let free = true; free; ) {
    try {
      appendFileSync(filler, Buffer.alloc(4096));
    } catch {
      free = false;
    }
  }
  return () => truncateSync(filler);
}

/** A connection whose statements `fails` may make fail as if the disk were full. */
export const failing =
  (fails: (sql: string) => boolean) =>
  (connection: SqliteConnection): SqliteConnection => {
    const guard = (sql: string): void => {
      if (fails(sql)) throw Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 });
    };
    return {
      ...connection,
      exec: (sql) => {
        guard(sql);
        connection.exec(sql);
      },
      run: (sql, ...values) => {
        guard(sql);
        return connection.run(sql, ...values);
      },
    };
  };

export const isWrite = (sql: string): boolean => /^(INSERT|DELETE)/.test(sql);
