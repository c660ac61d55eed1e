/**
 * A moment that survives a restart of the agent. The monotonic clock only compares within one boot, the wall clock
 * may jump: a stored moment carries both and the boot it belongs to.
 */
export interface Instant {
  /** `/proc/sys/kernel/random/boot_id` of the boot in which the moment was taken. */
  readonly bootId: string;
  /** Milliseconds of CLOCK_MONOTONIC. */
  readonly monotonicMs: number;
  /** Milliseconds since the Unix epoch. */
  readonly wallMs: number;
}

/** As records carry it: RFC 3339 in UTC with milliseconds. */
export const timeText = ({ wallMs }: Instant): string => new Date(wallMs).toISOString();

/** Milliseconds from `from` to `to`; by the monotonic clock within one boot, by the wall clock across boots. */
export function msBetween(from: Instant, to: Instant): number {
  return from.bootId === to.bootId ? to.monotonicMs - from.monotonicMs : to.wallMs - from.wallMs;
}

export function addMs(instant: Instant, ms: number): Instant {
  return { bootId: instant.bootId, monotonicMs: instant.monotonicMs + ms, wallMs: instant.wallMs + ms };
}

export function isReached(moment: Instant, now: Instant): boolean {
  return msBetween(moment, now) >= 0;
}

/** The earlier of two moments, as seen from `now`. */
export function earlier(a: Instant, b: Instant): Instant {
  return msBetween(a, b) >= 0 ? a : b;
}

export function later(a: Instant, b: Instant): Instant {
  return msBetween(a, b) >= 0 ? b : a;
}
