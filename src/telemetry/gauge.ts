import type { Metric, Sample } from './metric.ts';

/** What is looked up when somebody reads it. */
export function gauge(name: string, help: string, read: () => number | readonly Sample[]): Metric {
  return { name, help, type: 'gauge', samples: () => samplesOf(read()) };
}

/** The same for what is counted elsewhere. */
export function countedElsewhere(name: string, help: string, read: () => number): Metric {
  return { name, help, type: 'counter', samples: () => samplesOf(read()) };
}

const samplesOf = (read: number | readonly Sample[]): readonly Sample[] =>
  typeof read === 'number' ? [{ labels: {}, value: read }] : read;
