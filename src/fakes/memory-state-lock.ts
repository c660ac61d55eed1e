import { HookletError } from '../ports/hooklet-error.ts';
import type { HeldStateLock, StateLock, StateLockHolder } from '../ports/state-lock.ts';

/** One state directory; every agent of a test that shares it gets the same object. */
export class MemoryStateLock implements StateLock {
  /** Who takes it next. */
  command = 'hooklet run';
  #held: { readonly lock: HeldStateLock; readonly by: StateLockHolder } | undefined;

  async acquire(): Promise<HeldStateLock> {
    if (this.#held !== undefined) {
      throw new HookletError(
        'stateLocked',
        `the state directory in memory is in use by '${this.#held.by.command}'; end that first, or use another one with --state-dir`,
        {
          retry: 'later',
        },
      );
    }
    const lock: HeldStateLock = {
      release: () => {
        if (this.#held?.lock === lock) this.#held = undefined;
      },
    };
    this.#held = { lock, by: { command: this.command, pid: process.pid } };
    return lock;
  }

  holder(): StateLockHolder | undefined {
    return this.#held?.by;
  }
}
