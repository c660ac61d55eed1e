/**
 * The name of the runtime that the Pods of a state directory live in. Another runtime would say of all of them that they
 * are gone, and the journal would believe it.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';

export class RuntimeMarkFile {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Undefined when there is none yet. */
  read(): string | undefined {
    try {
      return readFileSync(this.#file, 'utf8').trimEnd();
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw this.#failed('read', error);
    }
  }

  /** On disk before it returns, whole or not at all. */
  write(name: string): void {
    const aside = `${this.#file}.new`;
    try {
      synced(aside, 'w', (file) => writeSync(file, `${name}\n`));
      renameSync(aside, this.#file);
      synced(dirname(this.#file), 'r', () => {});
    } catch (error) {
      rmSync(aside, { force: true });
      throw this.#failed('write', error);
    }
  }

  #failed(what: string, error: unknown): HookletError {
    return new HookletError('hostLacks', `Cannot ${what} "${this.#file}": ${messageOf(error)}; look at the disk of the state directory`, {
      cause: error,
    });
  }
}

function synced(path: string, flags: 'w' | 'r', work: (file: number) => void): void {
  const file = openSync(path, flags, 0o600);
  try {
    work(file);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
