import { addMs } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';

/** Calls `then` in `ms`; the returned function forgets it. */
export function after(clock: Clock, ms: number, then: () => void): () => void {
  const controller = new AbortController();
  void clock.waitUntil(addMs(clock.now(), ms), controller.signal).then(then, () => undefined);
  return () => controller.abort('forgotten');
}
