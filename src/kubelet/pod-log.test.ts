import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ManualClock } from '../fakes/manual-clock.ts';
import { MemoryJournal } from '../fakes/memory-journal.ts';
import type { Fact } from '../core/journal-record.ts';
import type { Pod } from '../model/pod.ts';
import { PodLog } from './pod-log.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'demo', namespace: 'default', uid: 'u1' },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [] },
};

const exited = (container: string): Fact => ({ type: 'container.exited', container, restartCount: 0, exitCode: 0, reason: 'Completed', by: 'self' });
const created = (container: string): Fact => ({ type: 'container.created', container, restartCount: 0, containerId: container, bootId: 'b', hooksDue: [] });

function open(): { readonly journal: MemoryJournal; readonly log: PodLog; written(): readonly string[] } {
  const journal = new MemoryJournal();
  const log = new PodLog(pod, [], { journal, clock: new ManualClock() });
  return { journal, log, written: () => journal.records.map((record) => ('container' in record ? (record.container ?? '') : record.type)) };
}

describe('PodLog', () => {
  it('append() keeps facts of a stop in memory while the journal is full, and writes them first when it can', async () => {
    const { journal, log, written } = open();
    journal.setFull(true);
    await log.append([exited('a')]);
    await log.append([exited('b')]);
    assert.equal(log.hasUnwritten, true);
    journal.setFull(false);
    await log.append([exited('c')]);
    assert.deepEqual(written(), ['a', 'b', 'c']);
    assert.equal(log.hasUnwritten, false);
  });

  it('append() side by side writes what was kept once, in order', async () => {
    const { journal, log, written } = open();
    journal.setFull(true);
    await log.append([exited('a')]);
    journal.setFull(false);
    await Promise.all([log.append([exited('b')]), log.append([exited('c')])]);
    assert.deepEqual(written(), ['a', 'b', 'c']);
  });

  it('append() side by side loses nothing while the journal is full', async () => {
    const { journal, log, written } = open();
    journal.setFull(true);
    await Promise.all([log.append([exited('a')]), log.append([exited('b')])]);
    journal.setFull(false);
    await log.append([exited('c')]);
    assert.deepEqual(written(), ['a', 'b', 'c']);
  });

  it('append() of a start rejects while the journal is full, changes no history, and keeps what was kept', async () => {
    const { journal, log, written } = open();
    journal.setFull(true);
    await log.append([exited('a')]);
    await assert.rejects(log.append([created('b')]), { code: 'journalUnwritable' });
    assert.equal(log.history.containers['b'], undefined);
    journal.setFull(false);
    await log.append([created('b')]);
    assert.deepEqual(written(), ['a', 'b']);
  });
});
