import { addMs } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';

export interface Timeout {
  readonly clock: Clock;
  readonly seconds: number;
  /** Ends the work as well; `withTimeout` then rejects with its reason. */
  readonly signal: AbortSignal;
}

/**
 * Runs `work` no longer than the timeout: its signal is aborted then, and it is waited for until it rejects.
 * Not by `AbortSignal.any`: it would tie something to a signal that lives as long as the container, each time.
 */
export async function withTimeout<T>(
  { clock, seconds, signal }: Timeout,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | 'timedOut'> {
  signal.throwIfAborted();
  const working = new AbortController();
  const timer = new AbortController();
  let isOver = false;
  const end = (): void => working.abort(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  const timed = clock.waitUntil(addMs(clock.now(), seconds * 1000), timer.signal).then(
    () => {
      isOver = true;
      working.abort('timedOut');
    },
    () => undefined,
  );
  try {
    return await work(working.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (isOver) return 'timedOut';
    throw error;
  } finally {
    signal.removeEventListener('abort', end);
    timer.abort('ended');
    await timed;
  }
}
