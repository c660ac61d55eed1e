import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { StateLock } from './state-lock.ts';

/** `lock()` gives the lock of one and the same state directory, as each of several `hooklet run` gets it. */
export function stateLockContract(name: string, open: (t: TestContext) => { lock(): StateLock }): void {
  describe(`${name} as StateLock`, () => {
    const locked = { code: 'stateLocked', message: /in use by .*; end that first, or use another one with --state-dir$/ };

    it('acquire() rejects with stateLocked while another holds the lock', async (t) => {
      const { lock } = open(t);
      const held = await lock().acquire();
      t.after(() => held.release());
      await assert.rejects(lock().acquire(), locked);
      await assert.rejects(lock().acquire(), locked);
    });

    it('holder() names who holds the lock, and nobody after release()', async (t) => {
      const { lock } = open(t);
      assert.equal(lock().holder(), undefined);
      const held = await lock().acquire();
      t.after(() => held.release());
      assert.deepEqual(lock().holder(), { command: 'hooklet run', pid: process.pid });
      held.release();
      assert.equal(lock().holder(), undefined);
    });

    it('release() frees the lock, and may be repeated without taking it from the next holder', async (t) => {
      const { lock } = open(t);
      const first = await lock().acquire();
      first.release();
      const second = await lock().acquire();
      t.after(() => second.release());
      first.release();
      await assert.rejects(lock().acquire(), locked);
    });
  });
}
