/** Whether the machine was fit for measuring: what bare calls take here when nothing else runs. */
import { type Measure, medianOf } from './measure.ts';

/** Upper ends of the medians on the machine of docs/performance.md while it was idle, in milliseconds. */
export const QUIET_MS = {
  RunPodSandbox: 145,
  CreateContainer: 17,
  StartContainer: 90,
  'exec of true': 40,
  'SIGTERM to exit': 20,
  StopPodSandbox: 146,
  RemovePodSandbox: 28,
} as const;

/** Beyond this the machine was busy with something else, and a ratio says little. */
const TOLERANCE = 1.3;

export type BareSeries = Readonly<Record<keyof typeof QUIET_MS, readonly number[]>>;

export function bareMeasures(series: BareSeries): readonly Measure[] {
  return names.map((name) => ({ name: `bare ${name} (quiet: ${QUIET_MS[name]})`, unit: 'ms', values: series[name] }));
}

/** Why the run does not count; undefined when it does. */
export function busyMachine(series: BareSeries): string | undefined {
  const slow = names.filter((name) => medianOf(series[name]) > QUIET_MS[name] * TOLERANCE);
  if (slow.length === 0) return undefined;
  const found = slow.map((name) => `${name} took ${medianOf(series[name]).toFixed(0)} ms instead of ${QUIET_MS[name]}`);
  return `the machine was too busy: ${found.join(', ')}`;
}

const names = Object.keys(QUIET_MS) as readonly (keyof typeof QUIET_MS)[];
