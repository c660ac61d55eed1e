import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addMs } from '../core/instant.ts';
import { clockContract } from '../ports/clock.contract.ts';
import { ManualClock } from './manual-clock.ts';

clockContract('ManualClock', () => {
  const clock = new ManualClock();
  return { clock, pass: (ms) => clock.advance(ms), timers: () => clock.pending };
});

describe('ManualClock', () => {
  const { signal } = new AbortController();

  it('advance() runs what a wait sets off at that wait’s own time, new waits included', async () => {
    const clock = new ManualClock({ monotonicMs: 0 });
    const seen: string[] = [];
    const ticker = async (name: string, everyMs: number): Promise<void> => {
      for (;;) {
        await clock.waitUntil(addMs(clock.now(), everyMs), signal);
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(`${name}@${clock.now().monotonicMs}`);
      }
    };
    void ticker('a', 3);
    void ticker('b', 5);
    await clock.advance(10);
    assert.deepEqual(seen, ['a@3', 'b@5', 'a@6', 'a@9', 'b@10']);
    assert.equal(clock.now().monotonicMs, 10);
    assert.equal(clock.pending, 2);
    assert.equal(clock.msToNext, 2);
  });

  it('advance() resolves waits for the same moment in the order of the calls', async () => {
    const clock = new ManualClock();
    const seen: number[] = [];
    const moment = addMs(clock.now(), 10);
    for (const n of [1, 2, 3]) void clock.waitUntil(moment, signal).then(() => seen.push(n));
    await clock.advance(9);
    assert.deepEqual(seen, []);
    await clock.advance(1);
    assert.deepEqual(seen, [1, 2, 3]);
  });

  it('jumpWall() moves the wall clock alone, and ends waits for moments of an earlier boot', async () => {
    const clock = new ManualClock({ wallMs: 1000, monotonicMs: 500 });
    let ended = false;
    void clock.waitUntil({ bootId: 'earlier', monotonicMs: 0, wallMs: 5000 }, signal).then(() => {
      ended = true;
    });
    void clock.waitUntil(addMs(clock.now(), 100), signal);
    await clock.jumpWall(4000);
    assert.deepEqual(clock.now(), { bootId: 'boot-1', monotonicMs: 500, wallMs: 5000 });
    assert.equal(ended, true);
    assert.equal(clock.pending, 1);
  });

  it('reboot() starts another boot and drops every wait', async () => {
    const clock = new ManualClock({ wallMs: 1000, monotonicMs: 99_000 });
    void clock.waitUntil(addMs(clock.now(), 100), signal).then(() => assert.fail('it waited in a dead program'));
    clock.reboot(7000);
    assert.deepEqual(clock.now(), { bootId: 'boot-2', monotonicMs: 1000, wallMs: 8000 });
    assert.equal(clock.pending, 0);
    await clock.advance(1_000_000);
  });
});
