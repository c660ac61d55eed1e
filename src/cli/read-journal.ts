import type { Journal, ReadOptions, StoredRecord } from '../ports/journal.ts';

/** Every record that fits, page by page, oldest first. */
export function* readJournal(journal: Pick<Journal, 'read'>, options: Omit<ReadOptions, 'limit'> = {}): Generator<StoredRecord> {
  let afterSeq = options.afterSeq ?? 0;
  for (;;) {
    const page = journal.read({ ...options, afterSeq });
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    afterSeq = last.seq;
  }
}
