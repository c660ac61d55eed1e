/** What makes `hooklet run` exit with 1 (`design.md` 2). Pure. */
import type { HookFinished, HookOutcome, JournalRecord } from '../core/journal-record.ts';

/**
 * A hook that did not succeed, a container that ended non-zero by itself, a container that could not be made or whose
 * image could not be had, to the end. No failure: a skipped hook, an end by our own signal, and a start that the death of
 * an agent cut short.
 */
export function runFailures(records: Iterable<JournalRecord>): readonly string[] {
  /** A container that ends again and again is told of once. */
  const lasting = new Set<string>();
  /** By container; what a later success takes back. */
  const unable = new Map<string, string>();
  /** Instances that could not be started: the runtime shows an end of them too, which is the same failure. */
  const notStarted = new Set<string>();
  for (const record of records) {
    if (isNotStarted(record)) notStarted.add(instanceOf(record));
    else if (record.type === 'container.started') notStarted.delete(instanceOf(record));
    const isTold = record.type === 'container.exited' && notStarted.has(instanceOf(record));
    const failure = isTold ? undefined : lastingFailure(record);
    if (failure !== undefined) lasting.add(failure);
    noteUnable(record, unable);
  }
  return [...lasting, ...unable.values()];
}

function noteUnable(record: JournalRecord, unable: Map<string, string>): void {
  if (!('container' in record) || record.container === undefined) return;
  const container = `${record.uid}/${record.container}`;
  if (isNotStarted(record)) unable.set(container, `container "${record.container}" of ${record.pod} could not run: ${record.message}`);
  else if (record.type === 'image.failed')
    unable.set(container, `image "${record.image}" of ${record.pod} could not be had: ${record.message}`);
  else if (record.type === 'container.started' || record.type === 'image.pulled') unable.delete(container);
}

/** A postStart that failed is the failure of a hook, and told as such: its container did run. */
const isNotStarted = (record: JournalRecord): record is Extract<JournalRecord, { type: 'container.failed' }> =>
  record.type === 'container.failed' && record.reason !== 'PostStartHookError';

const instanceOf = ({ uid, container, restartCount }: { uid: string; container: string; restartCount: number }): string =>
  `${uid}/${container}/${restartCount}`;

function lastingFailure(record: JournalRecord): string | undefined {
  switch (record.type) {
    case 'hook.finished':
      return record.outcome === 'succeeded' ? undefined : hookFailure(record);
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

const HOOK_ENDED: Readonly<Record<Exclude<HookOutcome, 'succeeded'>, string>> = {
  failed: 'failed',
  timedOut: 'timed out',
  cancelled: 'was cancelled',
  interrupted: 'was interrupted',
};

function hookFailure({ hook, container, pod, outcome, reason }: HookFinished): string {
  const ended = outcome === 'succeeded' ? outcome : HOOK_ENDED[outcome];
  return `${hook} of container "${container}" of ${pod} ${ended}${reason === undefined ? '' : `: ${reason}`}`;
}
