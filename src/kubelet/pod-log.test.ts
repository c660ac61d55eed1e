import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fact, PodRecord } from '../core/journal-record.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { MemoryJournal } from '../fakes/memory-journal.ts';
import type { Pod } from '../model/pod.ts';
import { PodLog } from './pod-log.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'demo', namespace: 'default', uid: 'u1' },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [] },
};

const exited = (container: string): Fact => ({
  type: 'container.exited',
  container,
  restartCount: 0,
  exitCode: 0,
  reason: 'Completed',
  by: 'self',
});
const created = (container: string): Fact => ({
  type: 'container.created',
  container,
  restartCount: 0,
  containerId: container,
  bootId: 'b',
  hooksDue: [],
});

function open(): { readonly journal: MemoryJournal; readonly log: PodLog; written(): readonly string[] } {
  const journal = new MemoryJournal();
  const log = new PodLog(pod, [], { journal, clock: new ManualClock() });
  return {
    journal,
    log,
    written: () =>
      journal.records
        .filter(({ type }) => type !== 'event')
        .map((record) => ('container' in record ? (record.container ?? '') : record.type)),
  };
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

  it('append() writes the events of its facts with them, counted, and goes on counting from what it was given', async () => {
    const { journal, log } = open();
    await log.append([created('a'), created('b')]);
    await log.append([created('a')]);
    const goesOn = new PodLog(pod, journal.records as readonly PodRecord[], { journal, clock: new ManualClock() });
    await goesOn.append([created('a')]);
    const told = journal.records.map((record) =>
      record.type === 'event' ? `${record.container} ${record.reason} x${record.count}` : record.type,
    );
    assert.deepEqual(
      told.filter((line) => line !== 'container.created'),
      ['a Created x1', 'b Created x1', 'a Created x2', 'a Created x3'],
    );
    assert.equal(journal.calls, 3);
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
