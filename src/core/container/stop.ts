/**
 * Stopping one container: preStop, stop signal, SIGKILL, each by our own timers (`design.md` 5).
 *
 * S1 No stop signal before preStop's outcome or the deadline.
 * S2 No SIGKILL before the stored deadline, nor sooner than 2 s after the stop signal.
 * S3 A nearer deadline takes effect at once, also in the middle of preStop.
 * S4 When a whole Pod stops, a sidecar's stop signal waits for those before it, up to the deadline; its preStop does not.
 */

import type { Instant } from '../instant.ts';
import { addMs, isReached } from '../instant.ts';
import type { Fact, StopReason } from '../journal-record.ts';
import { type Decision, decide, NOTHING, record, wake } from '../step.ts';
import { killMoment, stopDeadline } from '../termination/deadline.ts';
import type { ContainerView, RunView } from './container-view.ts';
import { resumeDelivery } from './resume-delivery.ts';

/** How long a container may outlive SIGKILL before the runtime is told to stop it by its own means. */
const FORCE_STOP_AFTER_MS = 10_000;

export function beginStop({ view, run }: RunView, reason: StopReason): Decision {
  const { spec, history, now } = view;
  if (view.inFlight.includes('postStart')) return endPostStart({ view, run });
  const of = { container: spec.name, restartCount: run.restartCount };
  const whole = history.deleting ?? history.ending;
  const graceSeconds = reason === 'restartAllContainers' ? 0 : (whole?.graceSeconds ?? ownGraceSeconds(view, reason));
  const deadline = reason === 'restartAllContainers' ? now : (whole?.deadline ?? addMs(now, graceSeconds * 1000));
  return record({
    type: 'container.stopping',
    ...of,
    reason,
    graceSeconds,
    deadline,
    hooksDue: spec.lifecycle?.preStop === undefined ? [] : ['preStop'],
  });
}

/** A probe may bring its own grace for the stop that its failure causes (`killContainer`). */
function ownGraceSeconds({ pod, spec }: ContainerView, reason: StopReason): number {
  const probe = reason === 'livenessFailed' ? spec.livenessProbe : reason === 'startupFailed' ? spec.startupProbe : undefined;
  return probe?.terminationGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds;
}

/** A delete does not wait for a hanging postStart: the wait ends first, then the container is stopped. */
const endPostStart = ({ view }: RunView): Decision =>
  decide({ kind: 'endHook', container: view.spec.name, hook: 'postStart', because: 'cancelled' });

export function stoppingStep(at: RunView): Decision {
  const { view, run } = at;
  if (run.stopping === undefined) return NOTHING;
  const deadline = stopDeadline(run.stopping.deadline, view.history);
  if (view.inFlight.includes('postStart')) return endPostStart(at);
  if (run.postStart?.state === 'started') return resumeDelivery(at, 'postStart');
  if (view.inFlight.includes('preStop')) {
    return isReached(deadline, view.now)
      ? decide({ kind: 'endHook', container: view.spec.name, hook: 'preStop', because: 'timedOut' })
      : wake(deadline);
  }
  if (run.preStop?.state === 'due') return duePreStop(at, deadline);
  if (run.preStop?.state === 'started') return resumeDelivery(at, 'preStop');
  return signalStep(at, deadline);
}

function duePreStop({ view, run }: RunView, deadline: Instant): Decision {
  const of = { container: view.spec.name, restartCount: run.restartCount, hook: 'preStop' } as const;
  // `killContainer` runs preStop only with a grace above 0.
  if (run.stopping?.graceSeconds === 0) return record({ type: 'hook.skipped', ...of, reason: 'graceZero' });
  if (isReached(deadline, view.now)) return record({ type: 'hook.skipped', ...of, reason: 'deadlinePassed' });
  return decide({ kind: 'deliverHook', ...of, containerId: run.containerId ?? '', attempt: 1, mode: 'deliver' });
}

function signalStep({ view, run }: RunView, deadline: Instant): Decision {
  const of = { container: view.spec.name, restartCount: run.restartCount, containerId: run.containerId ?? '' };
  if (run.killed !== undefined) {
    const patience = addMs(run.killed.at, FORCE_STOP_AFTER_MS);
    return isReached(patience, view.now) ? decide({ kind: 'forceStop', containerId: of.containerId }) : wake(patience);
  }
  if (run.signalled === undefined) {
    // Waiting for those that have to end first costs of the grace; once it is used up, all are signalled.
    if (!view.mayBeSignalled && !isReached(deadline, view.now)) return wake(deadline);
    return decide({ kind: 'sendSignal', ...of, signal: 'container', deadline: killMoment(deadline, view.now) });
  }
  const killAt = killMoment(deadline, run.signalled.at);
  return isReached(killAt, view.now) ? decide({ kind: 'sendSignal', ...of, signal: 'SIGKILL', deadline: killAt }) : wake(killAt);
}

/** The Pod goes before this instance was ever started: it is removed with its sandbox, its hooks were never due. */
export function abandonStep({ view, run }: RunView): Decision {
  const of = { container: view.spec.name, restartCount: run.restartCount };
  const skipped: readonly Fact[] =
    run.postStart?.state === 'due' ? [{ type: 'hook.skipped', ...of, hook: 'postStart', reason: 'neverStarted' }] : [];
  return record(...skipped, { type: 'container.exited', ...of, exitCode: 137, reason: 'NeverStarted', by: 'stop' });
}
