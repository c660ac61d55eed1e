/** What makes `hooklet run` exit with 1 (`design.md` 2). Pure. */
import type { JournalRecord } from '../core/journal-record.ts';

/**
 * A hook that did not succeed, a container that ended non-zero by itself, a container that could not be made or whose
 * image could not be had, to the end. No failure: a skipped hook, and an end by our own signal.
 */
export function runFailures(records: Iterable<JournalRecord>): readonly string[] {
  /** A container that ends again and again is told of once. */
  const failures = new Set<string>();
  /** By container; what a later success takes back. */
  const unable = new Map<string, string>();
  for (const record of records) {
    const failure = lastingFailure(record);
    if (failure !== undefined) failures.add(failure);
    if (!('container' in record) || record.container === undefined) continue;
    const container = `${record.uid}/${record.container}`;
    if (record.type === 'container.failed')
      unable.set(container, `container "${record.container}" of ${record.pod} could not run: ${record.message}`);
    else if (record.type === 'image.failed')
      unable.set(container, `image "${record.image}" of ${record.pod} could not be had: ${record.message}`);
    else if (record.type === 'container.started' || record.type === 'image.pulled') unable.delete(container);
  }
  return [...failures, ...unable.values()];
}

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
