import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { addMs, msBetween } from '../core/instant.ts';
import type { Clock } from './clock.ts';

export interface ClockSubject {
  readonly clock: Clock;
  /** Lets at least `ms` pass: a few real milliseconds, or time moved by hand. */
  pass(ms: number): Promise<void>;
  /** How many timers are armed. */
  timers(): number;
}

/** Far more milliseconds than a timer of Node can take. */
const centuriesMs = 2 ** 31 * 1000;

export function clockContract(name: string, make: (t: TestContext) => ClockSubject): void {
  describe(`${name} as Clock`, () => {
    it('now() moves forward, on both clocks, within one boot', async (t) => {
      const { clock, pass } = make(t);
      const before = clock.now();
      await pass(5);
      const after = clock.now();
      assert.equal(after.bootId, before.bootId);
      assert.ok(after.monotonicMs >= before.monotonicMs + 5);
      // The wall clock counts whole milliseconds.
      assert.ok(after.wallMs >= before.wallMs + 4);
    });

    it('waitUntil() resolves at once for a moment that has passed', async (t) => {
      const { clock, timers } = make(t);
      const { signal } = new AbortController();
      await clock.waitUntil(clock.now(), signal);
      await clock.waitUntil(addMs(clock.now(), -1000), signal);
      assert.equal(timers(), 0);
    });

    it('waitUntil() never resolves before its moment, and waits resolve in the order of their moments', async (t) => {
      const { clock, pass } = make(t);
      const { signal } = new AbortController();
      const start = clock.now();
      const order: number[] = [];
      const waits = [28, 12, 2, 20].map(async (ms) => {
        await clock.waitUntil(addMs(start, ms), signal);
        assert.ok(msBetween(start, clock.now()) >= ms, `a wait of ${ms} ms ended after ${msBetween(start, clock.now())} ms`);
        order.push(ms);
      });
      await Promise.all([...waits, pass(30)]);
      assert.deepEqual(order, [2, 12, 20, 28]);
    });

    it('waitUntil() leaves no timer and no listener behind, resolved or aborted', async (t) => {
      const { clock, pass, timers } = make(t);
      const controller = new AbortController();
      await Promise.all([clock.waitUntil(addMs(clock.now(), 2), controller.signal), pass(5)]);
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
      const aborted = clock.waitUntil(addMs(clock.now(), 60_000), controller.signal);
      assert.equal(timers(), 1);
      controller.abort(new Error('left'));
      await assert.rejects(aborted, { message: 'left' });
      assert.equal(timers(), 0);
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
    });

    it('waitUntil() rejects with the reason of a signal that was aborted before', async (t) => {
      const { clock, timers } = make(t);
      const reason = { because: 'of this' };
      await assert.rejects(clock.waitUntil(addMs(clock.now(), 60_000), AbortSignal.abort(reason)), (thrown) => thrown === reason);
      assert.equal(timers(), 0);
    });

    it('waitUntil() waits for a moment centuries away instead of firing at once', async (t) => {
      const { clock, pass } = make(t);
      const controller = new AbortController();
      let ended = false;
      const wait = clock.waitUntil(addMs(clock.now(), centuriesMs), controller.signal).finally(() => {
        ended = true;
      });
      await pass(5);
      assert.equal(ended, false);
      controller.abort(new Error('enough'));
      await assert.rejects(wait, { message: 'enough' });
    });

    it('waitUntil() compares a moment of another boot by the wall clock', async (t) => {
      const { clock, pass } = make(t);
      const { signal } = new AbortController();
      const { monotonicMs, wallMs } = clock.now();
      await clock.waitUntil({ bootId: 'earlier', monotonicMs: monotonicMs + 60_000, wallMs }, signal);
      const soon = { bootId: 'earlier', monotonicMs: 0, wallMs: wallMs + 4 };
      await Promise.all([clock.waitUntil(soon, signal), pass(8)]);
      assert.ok(clock.now().wallMs >= soon.wallMs);
    });
  });
}
