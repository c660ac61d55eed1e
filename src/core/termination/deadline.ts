/**
 * When a stop must be over. The deadline is stored (`design.md` 4.4): an agent that restarts goes on with what is left.
 */
import { addMs, earlier, type Instant, later, msBetween } from '../instant.ts';

/** A stop signal is always given this long before SIGKILL (`kuberuntime_manager.go` `minimumGracePeriodInSeconds`). */
export const MINIMUM_STOP_MS = 2_000;

/** A Pod that is ended gets at least this (`pod_workers.go` `calculateEffectiveGracePeriod`). */
export const MINIMUM_POD_GRACE_SECONDS = 1;

export const effectiveGraceSeconds = (graceSeconds: number): number => Math.max(graceSeconds, MINIMUM_POD_GRACE_SECONDS);

export interface PodDeletion {
  readonly graceSeconds: number;
  readonly firstSeen: Instant;
  readonly deadline: Instant;
}

/**
 * The deletion in force after a delete with `graceSeconds` is seen at `now`. A later delete can only shorten: its
 * deadline counts from the first one, but is never before now (`registry/rest/delete.go`).
 */
export function nextDeletion(current: PodDeletion | undefined, graceSeconds: number, now: Instant): PodDeletion {
  const grace = effectiveGraceSeconds(graceSeconds);
  if (current === undefined) return { graceSeconds: grace, firstSeen: now, deadline: addMs(now, grace * 1000) };
  if (grace >= current.graceSeconds) return current;
  const shortened = later(addMs(current.firstSeen, grace * 1000), now);
  return { graceSeconds: grace, firstSeen: current.firstSeen, deadline: earlier(shortened, current.deadline) };
}

/** What ends a whole Pod, and until when: a delete, a management event, or both. */
interface PodStops {
  readonly deleting?: { readonly deadline: Instant };
  readonly ending?: { readonly deadline: Instant };
}

/** The deadline of one container's stop: its own, or the Pod's when that is nearer. */
export const stopDeadline = (own: Instant, { deleting, ending }: PodStops): Instant =>
  [deleting, ending].reduce((nearest, stop) => (stop === undefined ? nearest : earlier(nearest, stop.deadline)), own);

/** No SIGKILL before the deadline, and none sooner than 2 s after the stop signal. */
export const killMoment = (deadline: Instant, signalledAt: Instant): Instant => later(deadline, addMs(signalledAt, MINIMUM_STOP_MS));

/** Milliseconds left until `deadline`, never below 0. */
export const msLeft = (deadline: Instant, now: Instant): number => Math.max(0, msBetween(now, deadline));
