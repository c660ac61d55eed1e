import { addMs } from '../../core/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import { messageOf } from '../../ports/hooklet-error.ts';
import type { Logger } from '../../ports/logger.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

const EVERY_MS = 60_000;
/** A watcher that was away for longer lists anew. Some hours of a busy machine. */
const KEEP_CHANGES = 5000;
/** Between two bounded pieces of work others get their turn. */
const PAUSE_MS = 20;

/** Old events go, and so do old changes: once a minute, a piece at a time. */
export function keepStoreSmall(store: ObjectStore, clock: Clock, logger: Logger): () => void {
  const stopped = new AbortController();
  const wait = (ms: number): Promise<void> => clock.waitUntil(addMs(clock.now(), ms), stopped.signal);
  const run = async (): Promise<void> => {
    for (;;) {
      await wait(EVERY_MS);
      try {
        while (store.expire(clock.now().wallMs)) await wait(PAUSE_MS);
        while (store.compact(KEEP_CHANGES)) await wait(PAUSE_MS);
      } catch (error) {
        if (stopped.signal.aborted) return;
        logger.warn('the object store could not be made smaller, trying again later', { error: messageOf(error) });
      }
    }
  };
  run().catch(() => {
    // Stopped.
  });
  return () => stopped.abort();
}
