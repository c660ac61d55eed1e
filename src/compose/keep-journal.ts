import { addMs } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { HookOutputStore } from '../ports/hook-output.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { Journal } from '../ports/journal.ts';
import type { Logger } from '../ports/logger.ts';

/** `design.md` 4.6: the last 100 Pods, 7 days. */
const KEEP = { keepPods: 100, keepMs: 7 * 24 * 60 * 60_000 };
const EVERY_MS = 10 * 60_000;

interface Parts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly journal: Pick<Journal, 'prune'>;
  readonly hookOutput: Pick<HookOutputStore, 'removePod'>;
}

/** A daemon's journal does not grow for ever: what a start of `run` prunes, a daemon prunes now and then. Returns the way to stop. */
export function keepJournal({ clock, logger, journal, hookOutput }: Parts): () => Promise<void> {
  const stopping = new AbortController();
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      try {
        const dropped = journal.prune({ ...KEEP, nowWallMs: clock.now().wallMs });
        for (const uid of dropped) await hookOutput.removePod(uid);
      } catch (error) {
        logger.warn('the journal could not be pruned', { error: messageOf(error) });
      }
      await clock.waitUntil(addMs(clock.now(), EVERY_MS), stopping.signal).catch(() => undefined);
    }
  })();
  return async () => {
    stopping.abort('the daemon leaves');
    await loop;
  };
}
