import type { JournalRecord } from '../core/journal-record.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { Journal } from '../ports/journal.ts';

/** The journal of a run, which notices when it cannot be written: Pods go on from memory then, and nobody else would tell. */
export class NoticedJournal implements Journal {
  readonly #journal: Journal;
  readonly #onAppended: () => void;
  readonly #onFailing: (why: string) => void;
  /** The newest `append` failed. */
  isFailing = false;
  hasFailed = false;

  /** `onFailing` is called when writing begins to fail, and not again before it has worked. */
  constructor(journal: Journal, { onAppended, onFailing }: { readonly onAppended: () => void; readonly onFailing: (why: string) => void }) {
    this.#journal = journal;
    this.#onAppended = onAppended;
    this.#onFailing = onFailing;
  }

  async append(records: readonly JournalRecord[]): Promise<void> {
    try {
      await this.#journal.append(records);
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.#onFailing(messageOf(error));
      this.isFailing = true;
      this.hasFailed = true;
      throw error;
    } finally {
      this.#onAppended();
    }
  }

  openPods: Journal['openPods'] = () => this.#journal.openPods();
  read: Journal['read'] = (options) => this.#journal.read(options);
  onRecord: Journal['onRecord'] = (listener) => this.#journal.onRecord(listener);
  prune: Journal['prune'] = (limits) => this.#journal.prune(limits);
  close(): void {
    this.#journal.close();
  }
}
