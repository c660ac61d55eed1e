import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Turns } from './turns.ts';

describe('Turns', () => {
  it('take() does the work of one key one after the other, that of others meanwhile', async () => {
    const turns = new Turns();
    const done: string[] = [];
    const first = Promise.withResolvers<void>();
    const all = [
      turns.take('a', async () => {
        await first.promise;
        done.push('a1');
      }),
      turns.take('a', async () => void done.push('a2')),
      turns.take('b', async () => void done.push('b1')),
    ];
    await all[2];
    assert.deepEqual(done, ['b1']);
    first.resolve();
    await Promise.all(all);
    assert.deepEqual(done, ['b1', 'a1', 'a2']);
  });

  it('take() goes on after a failure, which only its own caller is told', async () => {
    const turns = new Turns();
    const failing = turns.take('a', async () => Promise.reject(new Error('no')));
    const next = turns.take('a', async () => 'yes');
    await assert.rejects(failing, /no/);
    assert.equal(await next, 'yes');
  });
});
