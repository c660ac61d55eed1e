import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ManualClock } from '../fakes/manual-clock.ts';
import { RetryLoop, repeatEvery, retryDelayMs } from './retry-loop.ts';

interface Stage {
  readonly clock: ManualClock;
  readonly loop: RetryLoop;
  /** Seconds at which attempts began. */
  readonly attempts: number[];
  readonly logged: string[];
  failing: boolean;
  hold: Promise<void> | undefined;
}

function open(): Stage {
  const clock = new ManualClock({ monotonicMs: 0 });
  const attempts: number[] = [];
  const logged: string[] = [];
  const logger = { info: () => {}, warn: (message: string) => logged.push(message) };
  const attempt = async (): Promise<void> => {
    attempts.push(clock.now().monotonicMs / 1000);
    await stage.hold;
    if (stage.failing) throw new Error('not now');
  };
  const loop = new RetryLoop({ clock, logger, random: () => 1 }, { what: 'the work', attempt, delays: { firstMs: 1000, lastMs: 8000 } });
  const stage: Stage = { clock, loop, attempts, logged, failing: false, hold: undefined };
  return stage;
}

describe('RetryLoop', () => {
  it('makes one attempt of all pokes of one turn, and another of what is poked meanwhile', async () => {
    const stage = open();
    const held = Promise.withResolvers<void>();
    stage.hold = held.promise;
    for (let times = 0; times < 3; times += 1) stage.loop.poke();
    await stage.clock.settle();
    assert.deepEqual([stage.attempts.length, stage.loop.isIdle], [1, false]);
    stage.loop.poke();
    stage.loop.poke();
    held.resolve();
    await stage.loop.idle();
    assert.deepEqual([stage.attempts.length, stage.loop.isIdle], [2, true]);
  });

  it('tries again, later and later up to a cap, until it succeeds', async () => {
    const stage = open();
    stage.failing = true;
    stage.loop.poke();
    await stage.clock.advance(40_000);
    assert.deepEqual(stage.attempts, [0, 1, 3, 7, 15, 23, 31, 39]);
    assert.equal(stage.logged.length, 4);
    stage.failing = false;
    await stage.clock.advance(8000);
    assert.equal(stage.loop.isIdle, true);
    stage.failing = true;
    stage.loop.poke();
    await stage.clock.advance(1000);
    assert.deepEqual(stage.attempts.slice(-2), [48, 49]);
  });

  it('a poke ends the wait', async () => {
    const stage = open();
    stage.failing = true;
    stage.loop.poke();
    await stage.clock.advance(20_000);
    const before = stage.attempts.length;
    stage.loop.poke();
    await stage.clock.settle();
    assert.equal(stage.attempts.length, before + 1);
  });

  it('stop() ends it, in a wait and for good', async () => {
    const stage = open();
    stage.failing = true;
    stage.loop.poke();
    await stage.clock.advance(500);
    await stage.loop.stop();
    stage.loop.poke();
    await stage.clock.advance(60_000);
    assert.deepEqual([stage.attempts.length, stage.clock.pending, stage.loop.isIdle], [1, 0, true]);
  });
});

describe('retryDelayMs()', () => {
  it('is never more than the cap, and never less than half of what it would be', () => {
    const limits = { firstMs: 200, lastMs: 10_000 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const delay = retryDelayMs(failures, limits, () => random);
        const whole = Math.min(200 * 2 ** (failures - 1), 10_000);
        assert.ok(delay >= whole / 2 && delay <= whole);
      }),
    );
  });
});

describe('repeatEvery()', () => {
  it('acts at once, then every so often, until it is aborted', async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    let times = 0;
    const repeating = repeatEvery(clock, 1000, stop.signal, () => {
      times += 1;
    });
    await clock.advance(3500);
    assert.equal(times, 4);
    stop.abort();
    await repeating;
    await clock.advance(5000);
    assert.deepEqual([times, clock.pending], [4, 0]);
  });
});
