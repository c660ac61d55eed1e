import type { Clock } from '../../src/ports/clock.ts';

/** The clock of one agent: what it waits for when it dies never comes, and leaves no timer behind. */
export function mortalClock(clock: Clock, died: Promise<void>): Clock {
  const death = new AbortController();
  void died.then(() => death.abort('the agent has died'));
  return {
    now: () => clock.now(),
    waitUntil: async (moment, signal) => {
      const either = signal === undefined ? death.signal : AbortSignal.any([signal, death.signal]);
      try {
        await clock.waitUntil(moment, either);
      } catch (error) {
        if (signal?.aborted === true || !death.signal.aborted) throw error;
        await new Promise<never>(() => {});
      }
    },
  };
}
