import type { Journal } from '../ports/journal.ts';
import { Counter } from './counter.ts';
import { Histogram } from './histogram.ts';
import type { Metric } from './metric.ts';

/** Seconds: an fsync takes a fraction of a millisecond on a good disk, and a second on a bad card. */
const APPEND_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

export interface MeasuredJournal {
  readonly journal: Journal;
  readonly metrics: readonly Metric[];
}

/** The same journal; how long its appends take is known. `now`: milliseconds of a clock that only goes forward. */
export function measuredJournal(inner: Journal, now: () => number = () => performance.now()): MeasuredJournal {
  const durations = new Histogram(
    'hooklet_journal_append_duration_seconds',
    'How long it took until records were on disk.',
    APPEND_BUCKETS,
  );
  const failures = new Counter('hooklet_journal_append_failures_total', 'Records that could not be written.');
  const journal: Journal = {
    append: async (records) => {
      const begun = now();
      try {
        await inner.append(records);
      } catch (error) {
        failures.add();
        throw error;
      }
      durations.observe((now() - begun) / 1000);
    },
    openPods: () => inner.openPods(),
    read: (options) => inner.read(options),
    onRecord: (listener) => inner.onRecord(listener),
    prune: (limits) => inner.prune(limits),
    close: () => inner.close(),
  };
  return { journal, metrics: [durations, failures] };
}
