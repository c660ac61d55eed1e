/** The journal of an agent that is wrong in one place: it writes otherwise than it should, or reads otherwise than it wrote. */
import type { JournalRecord, PodRecord } from '../../src/core/journal-record.ts';
import { MemoryJournal } from '../../src/fakes/memory-journal.ts';
import type { OpenPod } from '../../src/ports/journal.ts';

export interface Mutation {
  readonly name: string;
  /** What the checkers have to say of it. */
  readonly wrong: RegExp;
  /** Made anew for every agent: what one holds back is lost with it. */
  readonly write?: () => (records: readonly JournalRecord[]) => readonly JournalRecord[];
  readonly read?: (record: PodRecord) => readonly PodRecord[];
}

export class MutantJournal extends MemoryJournal {
  readonly #mutation: Mutation;
  readonly #written: (records: readonly JournalRecord[]) => readonly JournalRecord[];

  constructor(mutation: Mutation, before?: ConstructorParameters<typeof MemoryJournal>[0]) {
    super(before);
    this.#mutation = mutation;
    this.#written = mutation.write?.() ?? ((records) => records);
  }

  override append(records: readonly JournalRecord[]): Promise<void> {
    return super.append(this.#written(records));
  }

  override openPods(): readonly OpenPod[] {
    const { read } = this.#mutation;
    const pods = super.openPods();
    return read === undefined ? pods : pods.map(({ uid, records }) => ({ uid, records: records.flatMap(read) }));
  }

  override reopen(): MemoryJournal {
    const rows = super
      .reopen()
      .read({ limit: Number.POSITIVE_INFINITY })
      .map(({ seq, record }) => ({ seq, json: JSON.stringify(record) }));
    return new MutantJournal(this.#mutation, { rows, nextSeq: (rows.at(-1)?.seq ?? 0) + 1 });
  }
}
