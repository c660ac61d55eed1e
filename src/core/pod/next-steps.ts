/**
 * The next steps of one Pod: what to do now so that what is comes nearer to what is wanted. Pure, level-triggered, the
 * same in a running agent and in one that starts after a crash. Steps of different containers are independent of each
 * other and may be done at once.
 */

import { podContainers } from '../../model/pod-containers.ts';
import { nextContainerStep } from '../container/next-step.ts';
import { addMs, type Instant, isReached } from '../instant.ts';
import { type Decision, decide, NOTHING, record, wake } from '../step.ts';
import { effectiveGraceSeconds, nextDeletion } from '../termination/deadline.ts';
import { containerView } from './container-views.ts';
import { adoptStep, leftoverSteps, outlivedSteps } from './leftovers.ts';
import { endPhase, type PodCourse, podCourse, restartTrigger } from './pod-course.ts';
import type { PodView } from './pod-view.ts';

export function nextSteps(view: PodView): Decision {
  const { history } = view;
  if (history.removed) return NOTHING;
  if (history.accepted === undefined) return record({ type: 'pod.accepted', spec: view.pod });
  const news = [deletionStep, rejectionStep, updateStep, endingStep, adoptStep]
    .map((step) => step(view))
    .find(({ steps }) => steps.length > 0);
  if (news !== undefined) return news;
  const course = podCourse(view);
  const leftovers = leftoverSteps(view);
  const next = course.kind === 'settled' ? settledStep(view) : livingSteps(view, course);
  return leftovers === NOTHING ? next : merge([leftovers, makingNothing(next)]);
}

/** While a leftover is removed nothing is made: it may hold the name. What lives is looked after all the same. */
const makingNothing = ({ steps, ...rest }: Decision): Decision => ({
  ...rest,
  steps: steps.filter(({ kind }) => kind !== 'runSandbox' && kind !== 'createContainer'),
});

function livingSteps(view: PodView, course: PodCourse): Decision {
  const { history } = view;
  const sandbox = course.kind === 'lives' ? sandboxStep(view) : NOTHING;
  if (sandbox !== NOTHING) return sandbox;
  const trigger = course.kind === 'lives' ? restartTrigger(view) : undefined;
  if (trigger !== undefined) return record({ type: 'pod.restarting', trigger: trigger.spec.name });
  const each = podContainers(view.pod).map((container) => nextContainerStep(containerView(view, container, course)));
  const next = merge([...each, ...activeDeadline(view)]);
  // A removal takes its time: nothing waits for it, neither a start nor the end of a hook.
  if (next.steps.length > 0 || view.inFlight.length > 0 || history.deleting !== undefined) return next;
  return merge([next, outlivedSteps(view)]);
}

/** The first sight of a delete, or of a shorter grace, is stored before anything of the stop. */
function deletionStep({ history, wantedDeletion }: PodView): Decision {
  if (wantedDeletion === undefined) return NOTHING;
  const deletion = nextDeletion(history.deleting, wantedDeletion.graceSeconds, wantedDeletion.seenAt);
  return deletion === history.deleting || deletion.graceSeconds === history.deleting?.graceSeconds
    ? NOTHING
    : record({ type: 'pod.deleting', ...deletion });
}

/** A Pod that the node does not take fails before anything of it is made (`kubelet.go` `rejectPod`). */
const rejectionStep = ({ rejection }: PodView): Decision =>
  rejection === undefined ? NOTHING : record({ type: 'pod.rejected', ...rejection }, { type: 'event', eventType: 'Warning', ...rejection });

/** The owner changed what may be changed in a living Pod. */
const updateStep = ({ wantedPod }: PodView): Decision =>
  wantedPod === undefined ? NOTHING : record({ type: 'pod.updated', spec: wantedPod });

/** A management event ends the Pod: stored with its deadline before anything of the stop, like a delete. */
function endingStep(view: PodView): Decision {
  const { wantedEnd, now, pod } = view;
  if (isGoing(view)) return NOTHING;
  if (wantedEnd !== undefined) return endOf(wantedEnd, wantedEnd.seenAt);
  const [deadline] = activeDeadline(view);
  if (deadline?.wakeAt === undefined || !isReached(deadline.wakeAt, now)) return NOTHING;
  return endOf({ ...DEADLINE_EXCEEDED, graceSeconds: pod.spec.terminationGracePeriodSeconds }, now);
}

/** It ends already, or has ended: no management event changes that any more. */
const isGoing = ({ history: { deleting, ending, rejected, endedPhase } }: PodView): boolean =>
  deleting !== undefined || ending !== undefined || rejected !== undefined || endedPhase !== undefined;

function endOf({ reason, message, graceSeconds }: Omit<NonNullable<PodView['wantedEnd']>, 'seenAt'>, from: Instant): Decision {
  const grace = effectiveGraceSeconds(graceSeconds);
  return record({ type: 'pod.ending', reason, message, graceSeconds: grace, deadline: addMs(from, grace * 1000) });
}

/** `pkg/kubelet/active_deadline.go` */
const DEADLINE_EXCEEDED = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

/** When the Pod has been active for too long, counted on the wall clock from when it was accepted. */
function activeDeadline(view: PodView): readonly Decision[] {
  const { pod, history, now } = view;
  const seconds = pod.spec.activeDeadlineSeconds;
  // One that ends already must not be woken by it: a moment that has passed would be asked for again and again.
  if (seconds === undefined || history.acceptedWallMs === undefined || isGoing(view)) return [];
  return [wake(addMs(now, history.acceptedWallMs + seconds * 1000 - now.wallMs))];
}

/** Every container has ended for good. The sandbox goes, and with a deleted Pod everything else. */
function settledStep(view: PodView): Decision {
  const { history, sandboxes } = view;
  if (history.endedPhase === undefined) return record({ type: 'pod.ended', phase: endPhase(view) });
  if (history.deleting === undefined) {
    return decide(...sandboxes.filter(({ ready }) => ready).map(({ id }) => ({ kind: 'stopSandbox', sandboxId: id }) as const));
  }
  if (sandboxes.length > 0) return decide(...sandboxes.map(({ id }) => ({ kind: 'removeSandbox', sandboxId: id }) as const));
  return view.cleanedUp ? record({ type: 'pod.removed' }) : decide({ kind: 'cleanUp' });
}

function sandboxStep({ history, sandboxes }: PodView): Decision {
  const newest = sandboxes[0];
  if (history.deleting !== undefined) return NOTHING;
  if (newest === undefined) return decide({ kind: 'runSandbox', attempt: (history.sandbox?.attempt ?? -1) + 1 });
  if (newest.ready && newest.id !== history.sandbox?.id) {
    return record({
      type: 'sandbox.ready',
      sandboxId: newest.id,
      attempt: newest.attempt,
      ...(newest.ip === undefined ? {} : { ip: newest.ip }),
    });
  }
  return NOTHING;
}

function merge(decisions: readonly Decision[]): Decision {
  const steps = decisions.flatMap((decision) => decision.steps);
  const wakes = decisions.flatMap(({ wakeAt }) => (wakeAt === undefined ? [] : [wakeAt]));
  const wakeAt = wakes.reduce<(typeof wakes)[number] | undefined>(
    (first, next) => (first === undefined || isReached(next, first) ? next : first),
    undefined,
  );
  return { steps, ...(wakeAt === undefined ? {} : { wakeAt }) };
}
