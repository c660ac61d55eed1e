import { equal, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ManualClock } from '../fakes/manual-clock.ts';
import { withTimeout } from './with-timeout.ts';

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

describe('withTimeout()', () => {
  it('gives what the work gives, and leaves no timer', async () => {
    const clock = new ManualClock();
    equal(await withTimeout({ clock, seconds: 1, signal: new AbortController().signal }, async () => 'done'), 'done');
    equal(clock.pending, 0);
  });

  it('aborts the work when its time is over, and not before', async () => {
    const clock = new ManualClock();
    let isAborted = false;
    const result = withTimeout({ clock, seconds: 2, signal: new AbortController().signal }, (signal) => {
      signal.addEventListener('abort', () => {
        isAborted = true;
      });
      return untilAborted(signal);
    });
    await clock.advance(1999);
    equal(isAborted, false);
    await clock.advance(1);
    equal(await result, 'timedOut');
  });

  it('rejects with the reason of whoever ends it, and leaves no timer', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const result = withTimeout({ clock, seconds: 2, signal: controller.signal }, untilAborted);
    controller.abort('enough');
    await rejects(result, (error) => error === 'enough');
    equal(clock.pending, 0);
    await rejects(
      withTimeout({ clock, seconds: 2, signal: controller.signal }, async () => 'late'),
      (error) => error === 'enough',
    );
  });

  it('passes on an error of the work', async () => {
    const clock = new ManualClock();
    await rejects(
      withTimeout({ clock, seconds: 1, signal: new AbortController().signal }, () => Promise.reject(new Error('broken'))),
      /broken/,
    );
  });
});
