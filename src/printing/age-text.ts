import { humanDuration } from './human-duration.ts';

/** An absent time, and one that JSON gives as null. */
export type MaybeTime = string | null | undefined;

/** How long ago, as kubectl prints it: "5m30s", "<unknown>" without a time. `nowMs` is wall time. */
export function ageText(time: MaybeTime, nowMs: number): string {
  if (time === null || time === undefined || time === '') return '<unknown>';
  return humanDuration(nowMs - Date.parse(time));
}

/** Which of two times is later; an absent one is before all others. */
export const laterTime = (a: MaybeTime, b: MaybeTime): MaybeTime => (instant(b) > instant(a) ? b : a);

const instant = (time: MaybeTime): number => (time ? Date.parse(time) : Number.NEGATIVE_INFINITY);
