const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

interface Unit {
  readonly ms: number;
  readonly name: string;
}

const S: Unit = { ms: SECOND, name: 's' };
const M: Unit = { ms: MINUTE, name: 'm' };
const H: Unit = { ms: HOUR, name: 'h' };
const D: Unit = { ms: DAY, name: 'd' };
const Y: Unit = { ms: YEAR, name: 'y' };

/** Up to which age which units are shown; the second one only if it is not 0. */
const STEPS: readonly (readonly [below: number, units: readonly Unit[]])[] = [
  [120 * SECOND, [S]],
  [10 * MINUTE, [M, S]],
  [3 * HOUR, [M]],
  [8 * HOUR, [H, M]],
  [48 * HOUR, [H]],
  [8 * DAY, [D, H]],
  [2 * YEAR, [D]],
  [8 * YEAR, [Y, D]],
  [Number.POSITIVE_INFINITY, [Y]],
];

/** An age as kubectl prints it (`apimachinery/pkg/util/duration`): "9s", "2m5s", "3h", "<invalid>" in the future. */
export function humanDuration(ms: number): string {
  // Clocks that differ by less than 2 s are taken for equal.
  if (ms <= -2 * SECOND) return '<invalid>';
  const age = Math.max(0, ms);
  const [, units = []] = STEPS.find(([below]) => age < below) ?? [];
  let left = age;
  const parts = units.map(({ ms: size, name }, index) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return index > 0 && count === 0 ? '' : `${count}${name}`;
  });
  return parts.join('');
}
