import type { Clock } from '../../src/ports/clock.ts';

/** The clock of one agent: what it waits for when it dies never comes, and leaves no timer behind. */
export function mortalClock(clock: Clock, died: Promise<void>): Clock {
  const death = new AbortController();
  void died.then(() => death.abort('the agent has died'));
  return {
    now: () => clock.now(),
    waitUntil: async (moment, signal) => {
      try {
        await clock.waitUntil(moment, AbortSignal.any([signal, death.signal]));
      } catch (error) {
        if (signal.aborted || !death.signal.aborted) throw error;
        await new Promise<never>(() => {});
      }
    },
  };
}
