import type { Instant } from '../core/instant.ts';

/** The only way to know the time or to wait for it. Adapter: `host/system-clock.ts`; fake: `fakes/manual-clock.ts`. */
export interface Clock {
  now(): Instant;
  /**
   * Resolves once `moment` is reached, at once if it has passed. Any distance is allowed (2^31 - 1 seconds and more).
   * Rejects with the signal's reason when aborted; an aborted wait leaves no timer behind.
   */
  waitUntil(moment: Instant, signal: AbortSignal): Promise<void>;
}
