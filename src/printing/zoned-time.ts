import type { MaybeTime } from './age-text.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** Go's zero time, which stands for a time that is not there. */
const ZERO_TIME = 'Mon, 01 Jan 0001 00:00:00 +0000';

/** RFC 1123 with a numeric zone, in the zone of this process: "Sat, 01 Aug 2026 12:00:03 +0200". */
export function zonedTime(time: MaybeTime): string {
  if (time === null || time === undefined || time === '') return ZERO_TIME;
  const at = new Date(time);
  const date = `${DAYS[at.getDay()]}, ${two(at.getDate())} ${MONTHS[at.getMonth()]} ${String(at.getFullYear()).padStart(4, '0')}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())} ${zone(-at.getTimezoneOffset())}`;
}

function zone(minutesEast: number): string {
  const minutes = Math.abs(minutesEast);
  return `${minutesEast < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
}

const two = (value: number): string => String(value).padStart(2, '0');
