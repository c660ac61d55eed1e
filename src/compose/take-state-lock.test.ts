import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ManualClock } from '../fakes/manual-clock.ts';
import { MemoryStateLock } from '../fakes/memory-state-lock.ts';
import { hasCode } from '../ports/hooklet-error.ts';
import type { HeldStateLock } from '../ports/state-lock.ts';
import { takeImageLock, takeResetLock, takeStateLock } from './take-state-lock.ts';

async function heldBy(command: string) {
  const lock = new MemoryStateLock();
  lock.command = command;
  const held = await lock.acquire();
  const clock = new ManualClock();
  const said: string[] = [];
  const turn = { lock, clock, onProgress: (what: string) => said.push(what) };
  return { held, clock, said, turn };
}

const isLocked = (error: unknown): boolean => hasCode(error, 'stateLocked');
const noAnswer = async (): Promise<boolean> => false;

/** What became of it so far. */
function watched<T>(promise: Promise<T>): () => T | 'waits' | 'refused' {
  let now: T | 'waits' | 'refused' = 'waits';
  promise.then(
    (value) => {
      now = value;
    },
    (error: unknown) => {
      ok(isLocked(error));
      now = 'refused';
    },
  );
  return () => now;
}

describe('takeStateLock()', () => {
  it('waits for an image command, says so once, and goes on when it has ended', async () => {
    const { held, clock, said, turn } = await heldBy('hooklet image');
    const outcome = watched(takeStateLock(turn));
    await clock.advance(20_000);
    equal(outcome(), 'waits');
    deepEqual(said, [`waiting for 'hooklet image' (pid ${process.pid})`]);
    held.release();
    await clock.advance(100);
    ok(typeof outcome() === 'object');
    equal(clock.pending, 0);
  });

  it('gives up after 30 s', async () => {
    const { clock, turn } = await heldBy('hooklet image');
    const outcome = watched(takeStateLock(turn));
    await clock.advance(29_900);
    equal(outcome(), 'waits');
    await clock.advance(200);
    equal(outcome(), 'refused');
  });

  it('is refused at once while an agent holds it', async () => {
    for (const command of ['hooklet run', 'hooklet reset']) {
      const { turn, said } = await heldBy(command);
      await rejects(takeStateLock(turn), isLocked);
      deepEqual(said, []);
    }
  });

  it('is refused soon by somebody without a name', async () => {
    const { clock, turn } = await heldBy('hooklet run');
    const nameless = { acquire: () => turn.lock.acquire(), holder: () => undefined };
    const outcome = watched(takeStateLock({ ...turn, lock: nameless }));
    await clock.advance(500);
    equal(outcome(), 'waits');
    await clock.advance(600);
    equal(outcome(), 'refused');
  });
});

describe('takeResetLock()', () => {
  it('takes a free lock, and that of an image command once it has ended', async () => {
    ok(await takeResetLock({ lock: new MemoryStateLock(), clock: new ManualClock() }));
    const { held, clock, turn } = await heldBy('hooklet image');
    const outcome = watched(takeResetLock(turn));
    await clock.advance(1_000);
    equal(outcome(), 'waits');
    held.release();
    await clock.advance(100);
    ok(typeof outcome() === 'object');
  });

  it('is undefined while a daemon holds it, and refused beside a run', async () => {
    for (const daemon of ['hooklet up', 'hooklet join']) equal(await takeResetLock((await heldBy(daemon)).turn), undefined);
    await rejects(takeResetLock((await heldBy('hooklet run')).turn), isLocked);
  });
});

describe('takeImageLock()', () => {
  it('takes a free lock without asking containerd', async () => {
    const turn = { lock: new MemoryStateLock(), clock: new ManualClock() };
    const held = await takeImageLock(turn, () => Promise.reject(new Error('asked')));
    ok(held);
  });

  it('goes beside an agent once its containerd answers', async () => {
    const { clock, turn } = await heldBy('hooklet run');
    let isUp = false;
    const outcome = watched<HeldStateLock | undefined>(takeImageLock(turn, async () => isUp));
    await clock.advance(5_000);
    equal(outcome(), 'waits');
    isUp = true;
    await clock.advance(100);
    equal(outcome(), undefined);
  });

  it('takes the lock of an agent that ends meanwhile', async () => {
    const { held, clock, turn } = await heldBy('hooklet run');
    const outcome = watched<HeldStateLock | undefined>(takeImageLock(turn, noAnswer));
    await clock.advance(1_000);
    held.release();
    await clock.advance(100);
    ok(typeof outcome() === 'object');
  });

  it('gives up on an agent whose containerd does not answer within 30 s', async () => {
    const { clock, turn } = await heldBy('hooklet run');
    const outcome = watched<HeldStateLock | undefined>(takeImageLock(turn, noAnswer));
    await clock.advance(30_100);
    equal(outcome(), 'refused');
  });

  it('waits for another image command, though its containerd answers', async () => {
    const { held, clock, turn } = await heldBy('hooklet image');
    const outcome = watched<HeldStateLock | undefined>(takeImageLock(turn, async () => true));
    await clock.advance(1_000);
    equal(outcome(), 'waits');
    held.release();
    await clock.advance(100);
    ok(typeof outcome() === 'object');
  });

  it('is refused while everything is removed', async () => {
    const { turn } = await heldBy('hooklet reset');
    await rejects(takeImageLock(turn, noAnswer), isLocked);
  });
});
