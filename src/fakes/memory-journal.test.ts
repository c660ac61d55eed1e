import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { acceptedRecord, journalContract } from '../ports/journal.contract.ts';
import { MemoryJournal } from './memory-journal.ts';

journalContract('MemoryJournal', () => {
  const journal = new MemoryJournal();
  return { journal, reopen: () => journal.reopen(), failWrites: (failing) => journal.setFull(failing) };
});

const uidsOf = (journal: MemoryJournal): readonly unknown[] => journal.records.map(({ uid }) => uid);
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('MemoryJournal', () => {
  it('failAt() fails the given call only', async () => {
    const journal = new MemoryJournal();
    journal.failAt(2);
    await journal.append([acceptedRecord('a')]);
    await assert.rejects(journal.append([acceptedRecord('b')]), { code: 'journalUnwritable' });
    await journal.append([acceptedRecord('c')]);
    assert.deepEqual(uidsOf(journal), ['a', 'c']);
    assert.equal(journal.calls, 3);
  });

  it('holdAt() holds the given call and those after it until released', async () => {
    const journal = new MemoryJournal();
    const second = journal.holdAt(2);
    const third = journal.holdAt(3);
    const ended: string[] = [];
    await journal.append([acceptedRecord('a')]);
    for (const uid of ['b', 'c']) {
      void journal.append([acceptedRecord(uid)]).then(() => ended.push(uid));
      await settled();
    }
    assert.deepEqual(uidsOf(journal), ['a']);
    second.release();
    await settled();
    assert.deepEqual(ended, []);
    third.release();
    await settled();
    assert.deepEqual(ended, ['b', 'c']);
    assert.deepEqual(uidsOf(journal), ['a', 'b', 'c']);
  });

  for (const [moment, found] of [
    ['before', ['a']],
    ['after', ['a', 'b']],
  ] as const) {
    it(`crashAt() '${moment}' leaves the next agent with ${found.join(' and ')}, and the dead one without an answer`, async () => {
      const journal = new MemoryJournal();
      const heard: unknown[] = [];
      journal.onRecord(({ record }) => heard.push(record.uid));
      journal.crashAt(2, moment);
      await journal.append([acceptedRecord('a')]);
      const answered = (): void => assert.fail('a dead agent got an answer');
      void journal.append([acceptedRecord('b')]).then(answered, answered);
      await journal.crashed;
      void journal.append([acceptedRecord('c')]).then(answered, answered);
      await settled();
      assert.deepEqual(heard, ['a']);
      const next = journal.reopen();
      assert.deepEqual(uidsOf(next), found);
      await next.append([acceptedRecord('d')]);
      assert.deepEqual(uidsOf(journal), found);
      assert.equal(next.read({}).at(-1)?.seq, found.length + 1);
    });
  }

  it('settles within microtasks', async () => {
    const journal = new MemoryJournal();
    let ended = false;
    void (async () => {
      for (const uid of ['a', 'b', 'c', 'd', 'e']) await journal.append([acceptedRecord(uid)]);
      ended = true;
    })();
    await settled();
    assert.ok(ended);
  });
});
