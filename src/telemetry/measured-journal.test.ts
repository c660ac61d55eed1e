import assert from 'node:assert/strict';
import { it } from 'node:test';
import { MemoryJournal } from '../fakes/memory-journal.ts';
import { journalContract } from '../ports/journal.contract.ts';
import { measuredJournal } from './measured-journal.ts';
import { renderMetrics } from './metric.ts';

journalContract('measuredJournal()', () => {
  const inner = new MemoryJournal();
  return {
    journal: measuredJournal(inner).journal,
    reopen: () => measuredJournal(inner.reopen()).journal,
    failWrites: (failing) => inner.setFull(failing),
  };
});

const STARTED = { time: '2030-01-01T00:00:00.000Z', type: 'agent.started', version: '1', pid: 1, bootId: 'b' } as const;

it('measuredJournal() counts how long appends take, and those that fail', async () => {
  const times = [0, 3, 10, 10, 20];
  const { journal, metrics } = measuredJournal(new MemoryJournal(), () => times.shift() ?? assert.fail('asked too often'));
  await journal.append([STARTED]);
  await journal.append([STARTED, STARTED]);
  journal.close();
  await assert.rejects(journal.append([STARTED]));
  const text = renderMetrics(metrics);
  assert.match(text, /duration_seconds_bucket\{le="0\.0005"\} 1\n/);
  assert.match(text, /duration_seconds_bucket\{le="0\.005"\} 2\n/);
  assert.match(text, /duration_seconds_sum 0\.003\n/);
  assert.match(text, /hooklet_journal_append_failures_total 1\n/);
});
