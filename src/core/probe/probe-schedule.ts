/** When a probe is tried. Seconds as the API has them; moments on the caller's clock. */
import type { Probe } from '../../model/pod.ts';
import { addMs, type Instant, msBetween } from '../instant.ts';

export interface ProbeStart {
  readonly probe: Pick<Probe, 'initialDelaySeconds' | 'periodSeconds'>;
  /** When the container was started, by the wall clock. */
  readonly startedAtWallMs: number;
  readonly now: Instant;
  readonly agentStartedAt: Instant;
  /** From 0 to below 1, drawn by the caller. */
  readonly random: number;
}

/**
 * The first attempt: at once, or when the initial delay is over. (The kubelet asks at the first of its ticks after that,
 * up to a period later.) Containers that an agent finds at its start are spread over a period, so that they are not all
 * probed at the same moment (`worker.go` `run`; there also what begins to run within the first period).
 */
export function firstAttemptAt({ probe, startedAtWallMs, now, agentStartedAt, random }: ProbeStart): Instant {
  const delayMs = (probe.initialDelaySeconds ?? 0) * 1000;
  // A wall clock that was set back since must not make it wait any longer than the delay.
  const leftMs = Math.min(delayMs, startedAtWallMs + delayMs - now.wallMs);
  const periodMs = probe.periodSeconds * 1000;
  const wasFound = startedAtWallMs < agentStartedAt.wallMs && msBetween(agentStartedAt, now) < periodMs;
  return addMs(now, Math.max(0, leftMs, wasFound ? Math.floor(random * periodMs) : 0));
}

/**
 * The tick that follows an attempt which began at `began`: ticks are a period apart, counted from `origin`. One that fell
 * into the attempt is not lost, so a tick that has passed is due now; of several only the last is made up for, as a Go
 * ticker remembers one.
 */
export function nextTick(origin: Instant, periodMs: number, began: Instant): Instant {
  const ticks = Math.floor(msBetween(origin, began) / periodMs) + 1;
  return addMs(origin, ticks * periodMs);
}
