/** Reading the journal for what was told of Pods. */
import type { JournalRecord, PodRecord } from '../core/journal-record.ts';
import type { Journal, StoredRecord } from '../ports/journal.ts';

type Reader = Pick<Journal, 'read'>;

const PAGE = 1000;

export const isOfPod = (record: JournalRecord): record is PodRecord => record.type !== 'agent.started' && record.type !== 'agent.recovered';

/** All that the journal has of a Pod, removed ones too. */
export const recordsOf = (journal: Reader, uid: string): readonly PodRecord[] =>
  [...pages(journal, 0, uid)].map(({ record }) => record).filter(isOfPod);

/** The Pods of which something was written at that moment (milliseconds since the epoch) or later. */
export function uidsSince(journal: Reader, sinceMs: number): ReadonlySet<string> {
  const uids = new Set<string>();
  for (const { record } of pages(journal, lastSeqBefore(journal, sinceMs))) if (isOfPod(record)) uids.add(record.uid);
  return uids;
}

function* pages(journal: Reader, after: number, uid?: string): Generator<StoredRecord> {
  for (let afterSeq = after; ; ) {
    const page = journal.read({ afterSeq, limit: PAGE, ...(uid === undefined ? {} : { uid }) });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    afterSeq = last.seq;
  }
}

/** Records are in the order of time, so that a journal of weeks need not be read for its last hour. */
function lastSeqBefore(journal: Reader, sinceMs: number): number {
  /** Whether the record that follows is too old. */
  const isBefore = (seq: number): boolean => {
    const [next] = journal.read({ afterSeq: seq, limit: 1 });
    return next !== undefined && Date.parse(next.record.time) < sinceMs;
  };
  if (!isBefore(0)) return 0;
  let low = 0;
  let high = 1;
  for (; isBefore(high); high *= 2) low = high;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isBefore(middle)) low = middle;
    else high = middle;
  }
  return high;
}
