import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { ManualClock } from '../fakes/manual-clock.ts';
import { hasCode } from '../ports/hooklet-error.ts';
import { acceptedRecord, sampleRecord } from '../ports/journal.contract.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { SqliteJournalReader } from './sqlite-journal-reader.ts';

function temporaryFile(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-journal-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return join(directory, 'journal.db');
}

function openJournal(t: TestContext, file: string): SqliteJournal {
  const journal = SqliteJournal.open({ file, clock: new ManualClock() });
  t.after(() => journal.close());
  return journal;
}

function openReader(t: TestContext, file: string): SqliteJournalReader {
  const reader = SqliteJournalReader.open(file);
  assert.ok(reader);
  t.after(() => reader.close());
  return reader;
}

describe('SqliteJournalReader', () => {
  it('reads while the agent writes, without holding it up', async (t) => {
    const file = temporaryFile(t);
    const journal = openJournal(t, file);
    await journal.append([acceptedRecord('a')]);
    const reader = openReader(t, file);
    assert.deepEqual(reader.read({}), journal.read({}));
    await journal.append([sampleRecord('a', 'container.ready'), acceptedRecord('b')]);
    assert.equal(reader.read({}).length, 3);
    assert.deepEqual(reader.openPods(), journal.openPods());
    journal.close();
    assert.equal(reader.read({}).length, 3);
  });

  it('reads what an agent left that is gone, and does not keep the next one from writing', async (t) => {
    const file = temporaryFile(t);
    const before = openJournal(t, file);
    await before.append([acceptedRecord('a')]);
    before.close();
    const reader = openReader(t, file);
    assert.equal(reader.read({}).length, 1);
    const next = openJournal(t, file);
    await next.append([acceptedRecord('b')]);
    assert.equal(reader.read({}).length, 2);
  });

  it('open() does not take a journal for missing that it may not look for', (t) => {
    const file = temporaryFile(t);
    symlinkSync(file, file);
    assert.throws(
      () => SqliteJournalReader.open(file),
      (error) => hasCode(error, 'hostLacks') && error.message.includes(file),
    );
  });

  it('open() finds no journal where none was made, and makes none', (t) => {
    const file = temporaryFile(t);
    assert.equal(SqliteJournalReader.open(file), undefined);
    assert.equal(SqliteJournalReader.open(join(file, 'deeper', 'journal.db')), undefined);
    writeFileSync(file, '');
    assert.equal(SqliteJournalReader.open(file), undefined);
  });
});

describe('a journal file that cannot be used', () => {
  const opens = [
    ['SqliteJournal.open()', (file: string) => SqliteJournal.open({ file, clock: new ManualClock() })],
    ['SqliteJournalReader.open()', (file: string) => SqliteJournalReader.open(file)],
  ] as const;

  for (const [name, open] of opens) {
    it(`${name} names a file that is no database, and the remedy`, (t) => {
      const file = temporaryFile(t);
      writeFileSync(file, 'not a database at all, but long enough to be taken for one'.repeat(100));
      const message = `reading the journal '${file}' failed: file is not a database; the file is damaged or is no journal: move it away ('mv ${file} ${file}.damaged') to start with an empty one`;
      assert.throws(() => open(file), { code: 'hostLacks', message });
    });

    it(`${name} refuses the database of another program`, (t) => {
      const file = temporaryFile(t);
      const other = new DatabaseSync(file);
      other.exec('CREATE TABLE cookies (a)');
      other.close();
      const message = `the database '${file}' is not a journal of hooklet; move it away or use another --state-dir`;
      assert.throws(() => open(file), { code: 'hostLacks', message });
    });

    it(`${name} refuses the journal of a newer hooklet`, (t) => {
      const file = temporaryFile(t);
      openJournal(t, file).close();
      const newer = new DatabaseSync(file);
      newer.exec('UPDATE schema_version SET version = 99');
      newer.close();
      assert.throws(() => open(file), {
        code: 'hostLacks',
        message: /has version 99, this hooklet knows versions up to \d+; use the newer/,
      });
    });
  }

  it('openPods() and read() name a file that is damaged inside', async (t) => {
    const file = temporaryFile(t);
    const journal = openJournal(t, file);
    await journal.append(Array.from({ length: 200 }, (_, index) => acceptedRecord(`pod-${index}`)));
    journal.close();
    // Pages of 4096 bytes; the first four hold the schema and the roots of the tables.
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0xaa, 4 * 4096));
    const reader = openReader(t, file);
    const damaged = { code: 'hostLacks', message: /the file is damaged or is no journal: move it away/ };
    assert.throws(() => reader.read({}), damaged);
    assert.throws(() => reader.openPods(), damaged);
  });

  it('SqliteJournal.open() names a directory it cannot make', (t) => {
    const file = temporaryFile(t);
    writeFileSync(file, '');
    const below = join(file, 'journal.db');
    assert.throws(() => SqliteJournal.open({ file: below, clock: new ManualClock() }), {
      code: 'hostLacks',
      message: /check that its directory exists/,
    });
  });
});
