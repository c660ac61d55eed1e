import type { LifecycleHandler } from '../../model/pod.ts';
import { handlerKind } from '../hook/delivery.ts';
import { recoverDelivery } from '../hook/recover.ts';
import { addMs, type Instant, isReached, msBetween } from '../instant.ts';
import type { HookName, HookOutcome } from '../journal-record.ts';
import { type Decision, decide, NOTHING, record } from '../step.ts';
import { stopDeadline } from '../termination/deadline.ts';
import type { RunView } from './container-view.ts';

/** Takes up, or closes, a delivery that was begun and that nobody in this agent runs. */
export function resumeDelivery({ view, run }: RunView, hook: HookName): Decision {
  const delivery = run[hook];
  const handler = view.spec.lifecycle?.[hook];
  if (delivery?.state !== 'started' || handler === undefined) return NOTHING;
  const kind = handlerKind(handler);
  const of = { container: view.spec.name, restartCount: run.restartCount, hook };
  const deadline = hook === 'preStop' && run.stopping !== undefined ? stopDeadline(run.stopping.deadline, view.history) : undefined;
  const found = recoverDelivery({
    handler: kind,
    attempt: delivery.attempt,
    exec: view.execs[hook] ?? { kind: 'unknown' },
    container: view.observed?.phase === 'running' ? 'running' : 'ended',
    sleepOver: handler.sleep !== undefined && isSleepOver(delivery.at, handler.sleep.seconds, { deadline, now: view.now }),
    otherBoot: run.bootId !== view.now.bootId,
    deadlinePassed: deadline !== undefined && isReached(deadline, view.now),
    unwanted: hook === 'postStart' && run.stopping !== undefined,
  });
  if (found.kind === 'skip') return record({ type: 'hook.skipped', ...of, reason: found.reason });
  if (found.kind === 'finish') {
    const finished = {
      ...of,
      handler: kind,
      attempt: delivery.attempt,
      retry: delivery.retry,
      outcome: found.outcome,
      ...(found.reason === undefined ? {} : { reason: found.reason }),
    };
    return record({ type: 'hook.finished', ...finished, durationMs: lastedMs(handler, found.outcome, msBetween(delivery.at, view.now)) });
  }
  const containerId = run.containerId ?? '';
  if (found.kind === 'deliverAgain') return decide({ kind: 'deliverHook', ...of, containerId, attempt: found.attempt, mode: 'deliver' });
  return decide({ kind: 'deliverHook', ...of, containerId, attempt: delivery.attempt, mode: found.kind });
}

/** Whether a sleep is over: its time has come, and came before the deadline that would have cut it. */
function isSleepOver(
  begun: Instant,
  seconds: number,
  { deadline, now }: { readonly deadline: Instant | undefined; readonly now: Instant },
): boolean {
  const end = addMs(begun, seconds * 1000);
  return isReached(end, now) && (deadline === undefined || isReached(end, deadline));
}

/** A sleep that was over while nobody looked lasted as long as it was asked to; anything else until now. */
function lastedMs(handler: LifecycleHandler, outcome: HookOutcome, sinceMs: number): number {
  return outcome === 'succeeded' && handler.sleep !== undefined ? handler.sleep.seconds * 1000 : Math.max(0, Math.round(sinceMs));
}
