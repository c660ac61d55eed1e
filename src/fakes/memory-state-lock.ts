import { HookletError } from '../ports/hooklet-error.ts';
import type { HeldStateLock, StateLock } from '../ports/state-lock.ts';

/** One state directory; every agent of a test that shares it gets the same object. */
export class MemoryStateLock implements StateLock {
  #holder: HeldStateLock | undefined;

  async acquire(): Promise<HeldStateLock> {
    if (this.#holder !== undefined) {
      throw new HookletError(
        'stateLocked',
        'the state directory in memory is in use by another hooklet; end that first, or use another one with --state-dir',
        {
          retry: 'later',
        },
      );
    }
    const lock: HeldStateLock = {
      release: () => {
        if (this.#holder === lock) this.#holder = undefined;
      },
    };
    this.#holder = lock;
    return lock;
  }
}
