import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { JournalRecord } from '../core/journal-record.ts';
import type { ReadOptions, StoredRecord } from '../ports/journal.ts';
import { recordsOf, uidsSince } from './pod-records.ts';

/** Seconds, and of whom; `seq` has gaps where records were pruned. */
const written = fc
  .array(
    fc.record({ later: fc.nat({ max: 3 }), uid: fc.constantFrom('a', 'b', 'c', 'd', undefined), gap: fc.integer({ min: 1, max: 5 }) }),
    { maxLength: 60 },
  )
  .map((all) => {
    let [seconds, seq] = [0, 0];
    return all.map(({ later, uid, gap }): StoredRecord => {
      seconds += later;
      seq += gap;
      const time = new Date(seconds * 1000).toISOString();
      const record =
        uid === undefined ? { time, type: 'agent.started' } : { time, pod: `default/${uid}`, uid, type: 'pod.ended', phase: 'Failed' };
      return { seq, record: record as JournalRecord };
    });
  });

class Reader {
  readonly #all: readonly StoredRecord[];
  /** How many records were handed out. */
  handed = 0;

  constructor(all: readonly StoredRecord[]) {
    this.#all = all;
  }

  read({ afterSeq = 0, uid, limit = 1000 }: ReadOptions): readonly StoredRecord[] {
    const page = this.#all.filter(({ seq, record }) => seq > afterSeq && (uid === undefined || record.uid === uid)).slice(0, limit);
    this.handed += page.length;
    return page;
  }
}

describe('uidsSince()', () => {
  it('names the Pods of which something was written since then', () => {
    fc.assert(
      fc.property(written, fc.nat({ max: 200 }), (all, seconds) => {
        const young = all.filter(({ record }) => record.uid !== undefined && Date.parse(record.time) >= seconds * 1000);
        assert.deepEqual(new Set(uidsSince(new Reader(all), seconds * 1000)), new Set(young.map(({ record }) => record.uid)));
      }),
    );
  });

  it('does not read a journal of weeks for its last hour', () => {
    const all = Array.from({ length: 50_000 }, (_, index): StoredRecord => {
      const record = { time: new Date(index * 1000).toISOString(), pod: 'default/a', uid: `u${index}`, type: 'pod.ended', phase: 'Failed' };
      return { seq: index + 1, record: record as JournalRecord };
    });
    const reader = new Reader(all);
    assert.equal(uidsSince(reader, 49_990_000).size, 10);
    assert.ok(reader.handed < 100, `${reader.handed} records were read`);
  });
});

describe('recordsOf()', () => {
  it('gives all of one Pod, however many pages they are', () => {
    const all = Array.from({ length: 2500 }, (_, index): StoredRecord => {
      const uid = index % 2 === 0 ? 'a' : 'b';
      const record = { time: '2030-01-01T00:00:00Z', pod: `default/${uid}`, uid, type: 'pod.ended', phase: 'Failed' };
      return { seq: index + 1, record: record as JournalRecord };
    });
    assert.equal(recordsOf(new Reader(all), 'a').length, 1250);
    assert.deepEqual(recordsOf(new Reader(all), 'c'), []);
  });
});
