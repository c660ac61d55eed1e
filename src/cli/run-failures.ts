/** What makes `hooklet run` exit with 1 (`design.md` 2). Pure. */
import type { JournalRecord } from '../core/journal-record.ts';

/**
 * A hook that did not succeed, a container that ended non-zero by itself, a container that could not be made or whose
 * image could not be had, to the end. No failure: a skipped hook, an end by our own signal, and a start that the death of
 * an agent cut short.
 */
export function runFailures(records: Iterable<JournalRecord>): readonly string[] {
  /** A container that ends again and again is told of once. */
  const failures = new Set<string>();
  /** By container; what a later success takes back. */
  const unable = new Map<string, string>();
  /** Instances that could not be started: the runtime shows an end of them too, which is the same failure. */
  const notStarted = new Set<string>();
  for (const record of records) {
    if (isNotStarted(record)) notStarted.add(instanceOf(record));
    else if (record.type === 'container.started') notStarted.delete(instanceOf(record));
    const failure = record.type === 'container.exited' && notStarted.has(instanceOf(record)) ? undefined : lastingFailure(record);
    if (failure !== undefined) failures.add(failure);
    if (!('container' in record) || record.container === undefined) continue;
    const container = `${record.uid}/${record.container}`;
    if (isNotStarted(record)) unable.set(container, `container "${record.container}" of ${record.pod} could not run: ${record.message}`);
    else if (record.type === 'image.failed')
      unable.set(container, `image "${record.image}" of ${record.pod} could not be had: ${record.message}`);
    else if (record.type === 'container.started' || record.type === 'image.pulled') unable.delete(container);
  }
  return [...failures, ...unable.values()];
}

/** A postStart that failed is the failure of a hook, and told as such: its container did run. */
const isNotStarted = (record: JournalRecord): record is Extract<JournalRecord, { type: 'container.failed' }> =>
  record.type === 'container.failed' && record.reason !== 'PostStartHookError';

const instanceOf = ({ uid, container, restartCount }: { uid: string; container: string; restartCount: number }): string =>
  `${uid}/${container}/${restartCount}`;

function lastingFailure(record: JournalRecord): string | undefined {
  switch (record.type) {
    case 'hook.finished':
      return record.outcome === 'succeeded'
        ? undefined
        : `${record.hook} of container "${record.container}" of ${record.pod}: ${record.outcome}`;
    case 'container.exited':
      return record.exitCode !== 0 && (record.by === 'self' || record.by === 'oom')
        ? `container "${record.container}" of ${record.pod} ended by itself with ${record.exitCode} (${record.reason})`
        : undefined;
    case 'pod.rejected':
      return `${record.pod} was rejected: ${record.message}`;
    default:
      return undefined;
  }
}
