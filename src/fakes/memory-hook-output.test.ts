import assert from 'node:assert/strict';
import { it } from 'node:test';
import { hookOutputContract } from '../ports/hook-output.contract.ts';
import { MemoryHookOutput } from './memory-hook-output.ts';

hookOutputContract('MemoryHookOutput', () => {
  const store = new MemoryHookOutput();
  return { store, reopen: () => store };
});

it('MemoryHookOutput rejects writes while it is full', async () => {
  const store = new MemoryHookOutput();
  const key = { uid: 'u', container: 'main', restartCount: 0, hook: 'preStop', attempt: 1 } as const;
  const empty = { head: Buffer.alloc(0), tail: Buffer.alloc(0), cutBytes: 0 };
  store.setFull(true);
  await assert.rejects(store.write(key, { stdout: empty, stderr: empty }), { code: 'journalUnwritable' });
  store.setFull(false);
  await store.write(key, { stdout: empty, stderr: empty });
});
