/**
 * Node has no flock, so the lock is SQLite's: a file held in BEGIN EXCLUSIVE. The kernel lets go of it when the process
 * ends, `kill -9` included.
 *
 * 1. Whether the lock is held is asked of the kernel only. The text beside the file says who held it last; it may be
 *    old or missing and decides nothing.
 * 2. Nobody but SQLite opens the lock file: closing any descriptor of it would drop the lock (POSIX record locks belong
 *    to the process, not to the descriptor).
 */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { HeldStateLock, StateLock, StateLockHolder } from '../ports/state-lock.ts';

export interface StateLockFileOptions {
  readonly stateDir: string;
  readonly lockFile: string;
  /** What the user typed, for the message of those who come second: "hooklet run". */
  readonly command: string;
}

/** https://www.sqlite.org/rescode.html#busy */
const sqliteBusy = 5;

/** A caller may keep nothing of a lock it holds to its end; a collected database would be closed, and the lock gone. */
const heldDatabases = new Set<DatabaseSync>();

export class StateLockFile implements StateLock {
  readonly #options: StateLockFileOptions;

  constructor(options: StateLockFileOptions) {
    this.#options = options;
  }

  async acquire(): Promise<HeldStateLock> {
    const { lockFile, command } = this.#options;
    const database = this.#lock();
    writeHolder(lockFile, { command, pid: process.pid });
    heldDatabases.add(database);
    return {
      release: () => {
        if (!heldDatabases.delete(database)) return;
        // First the text, while it is certainly ours.
        rmSync(holderFile(lockFile), { force: true });
        database.close();
      },
    };
  }

  holder(): StateLockHolder | undefined {
    return readHolder(this.#options.lockFile);
  }

  #lock(): DatabaseSync {
    const { lockFile, stateDir } = this.#options;
    let database: DatabaseSync | undefined;
    try {
      mkdirSync(dirname(lockFile), { recursive: true, mode: 0o700 });
      database = new DatabaseSync(lockFile, { timeout: 0 });
      // Nothing is ever written, so there is nothing to roll back: keep SQLite from making a second file.
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      return database;
    } catch (error) {
      database?.close();
      if ((error as { readonly errcode?: unknown } | null)?.errcode === sqliteBusy) throw lockedBy(readHolder(lockFile), stateDir);
      throw new HookletError(
        'hostLacks',
        `locking the state directory '${stateDir}' failed: ${messageOf(error)}; check that '${lockFile}' may be written, or remove it`,
        {
          cause: error,
        },
      );
    }
  }
}

function lockedBy(holder: StateLockHolder | undefined, stateDir: string): HookletError {
  const who = holder === undefined ? 'another hooklet' : `'${holder.command}' (pid ${holder.pid})`;
  const other = holder?.command === 'hooklet up' ? `; give it Pods with 'hooklet apply -f FILE --state-dir ${stateDir}'` : '';
  return new HookletError(
    'stateLocked',
    `the state directory '${stateDir}' is in use by ${who}${other}; end that first, or use another one with --state-dir`,
    {
      retry: 'later',
    },
  );
}

const holderFile = (lockFile: string): string => `${lockFile}.holder`;

/** Renamed into place, so that nobody reads half of it. A full disk must not cost the lock: then the text is missing. */
function writeHolder(lockFile: string, holder: StateLockHolder): void {
  const file = holderFile(lockFile);
  try {
    chmodSync(lockFile, 0o600);
    writeFileSync(`${file}.new`, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    rmSync(file, { force: true });
  }
}

function readHolder(lockFile: string): StateLockHolder | undefined {
  try {
    const { command, pid } = JSON.parse(readFileSync(holderFile(lockFile), 'utf8')) as Partial<Record<keyof StateLockHolder, unknown>>;
    return typeof command === 'string' && typeof pid === 'number' ? { command, pid } : undefined;
  } catch {
    return undefined;
  }
}
