/**
 * Events of a Pod that go with no fact: what the runtime refuses, and is asked again. hooklet asks again sooner than the
 * kubelet, whose pod worker waits 10 s at least (`pod_workers.go` `backOffPeriod`), but does not tell of it more often.
 */
import { wasTold } from '../core/event/correlate.ts';
import type { EventNews } from '../core/journal-record.ts';
import { hasCode, messageOf } from '../ports/hooklet-error.ts';
import type { WorkerContext } from './worker-context.ts';

const TOLD_AGAIN_AFTER_MS = 10_000;

export async function tellPodEvent(
  { log, parts }: WorkerContext,
  news: Pick<EventNews, 'eventType' | 'reason' | 'message'>,
): Promise<void> {
  const event: EventNews = { type: 'event', ...news };
  const { wallMs } = parts.clock.now();
  if (!wasTold(log.history.events, event, { wallMs, withinMs: TOLD_AGAIN_AFTER_MS })) await log.append([event]);
}

/** Only what the runtime answered is told: a call that got no reply may have been done. */
export async function tellFailure(
  context: WorkerContext,
  { reason, doing }: { readonly reason: string; readonly doing: string },
  error: unknown,
): Promise<void> {
  if (!hasCode(error, 'runtimeFailed', 'runtimeNotFound', 'imageNotFound')) return;
  await tellPodEvent(context, { eventType: 'Warning', reason, message: `${doing}: ${messageOf(error)}` });
}

/**
 * A part of the end of a Pod; its failure is thrown, and told when the next try fails too. containerd refuses to end what
 * has ended a moment ago ("ttrpc: closed"), which concerns nobody.
 */
export async function endingPod<T>(context: WorkerContext, work: () => Promise<T>): Promise<T> {
  const { memory } = context;
  try {
    const done = await work();
    memory.hasFailedToEnd = false;
    return done;
  } catch (error) {
    if (memory.hasFailedToEnd) await tellFailure(context, { reason: 'FailedKillPod', doing: 'error killing pod' }, error);
    memory.hasFailedToEnd = true;
    throw error;
  }
}
