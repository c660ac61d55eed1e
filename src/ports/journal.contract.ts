import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { JournalRecord, PodRecord } from '../core/journal-record.ts';
import { HookletError } from './hooklet-error.ts';
import type { Journal } from './journal.ts';

export interface JournalSubject {
  readonly journal: Journal;
  /** Closes this one and opens what it left, like the next agent. */
  reopen(): Journal;
  /** From now on every write fails, until it is called again with false. */
  failWrites(failing: boolean): void;
}

const startMs = Date.UTC(2030, 0, 1);
const dayMs = 86_400_000;

/** A record of the Pod `uid`, `atMs` after the start. */
export function sampleRecord(uid: string, type: 'container.ready' | 'pod.removed', atMs = 0): PodRecord {
  const about = { time: new Date(startMs + atMs).toISOString(), pod: `default/${uid}`, uid };
  return type === 'pod.removed' ? { ...about, type } : { ...about, type, container: 'main', restartCount: 0 };
}

export function acceptedRecord(uid: string, atMs = 0): PodRecord {
  return {
    time: new Date(startMs + atMs).toISOString(),
    pod: `default/${uid}`,
    uid,
    type: 'pod.accepted',
    spec: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: uid, namespace: 'default', uid },
      spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [] },
    },
  };
}

const agentStarted = (atMs = 0): JournalRecord => ({
  time: new Date(startMs + atMs).toISOString(),
  type: 'agent.started',
  version: '0.1.0',
  pid: 1,
  bootId: 'boot-1',
});

const unwritable = (error: unknown): boolean => error instanceof HookletError && error.code === 'journalUnwritable';
const recordsOf = (journal: Journal): readonly JournalRecord[] => journal.read({}).map(({ record }) => record);
const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function journalContract(name: string, open: (t: TestContext) => JournalSubject): void {
  describe(`${name} as Journal`, () => {
    appendContract(open);
    listenerContract(open);
    openPodsContract(open);
    readContract(open);
    pruneContract(open);
  });
}

function appendContract(open: (t: TestContext) => JournalSubject): void {
  it('append() keeps records, with their order, over a reopening', async (t) => {
    const { journal, reopen } = open(t);
    const written = [acceptedRecord('a'), sampleRecord('a', 'container.ready'), agentStarted()];
    await journal.append(written.slice(0, 2));
    await journal.append(written.slice(2));
    assert.deepEqual(recordsOf(journal), written);
    assert.deepEqual(recordsOf(reopen()), written);
  });

  it('append() keeps the order of the calls of one tick', async (t) => {
    const { journal } = open(t);
    const written = Array.from({ length: 50 }, (_, index) => sampleRecord(`pod-${index}`, 'container.ready'));
    await Promise.all(written.map((record) => journal.append([record])));
    assert.deepEqual(recordsOf(journal), written);
  });

  it('append() stores a copy: changing the object afterwards changes nothing', async (t) => {
    const { journal } = open(t);
    const record = { ...agentStarted(), version: 'old' };
    const appended = journal.append([record as JournalRecord]);
    record.version = 'new';
    await appended;
    assert.equal((recordsOf(journal)[0] as typeof record).version, 'old');
  });

  it('append() rejects all calls of a tick and stores none of them when it cannot write, and recovers', async (t) => {
    const { journal, failWrites } = open(t);
    await journal.append([acceptedRecord('a')]);
    failWrites(true);
    const results = await Promise.allSettled([journal.append([agentStarted(), agentStarted()]), journal.append([acceptedRecord('b')])]);
    for (const result of results) assert.ok(result.status === 'rejected' && unwritable(result.reason));
    assert.deepEqual(recordsOf(journal), [acceptedRecord('a')]);
    failWrites(false);
    await journal.append([acceptedRecord('c')]);
    assert.deepEqual(recordsOf(journal), [acceptedRecord('a'), acceptedRecord('c')]);
  });

  it('append() of nothing resolves and tells nobody', async (t) => {
    const { journal } = open(t);
    let heard = 0;
    journal.onRecord(() => {
      heard += 1;
    });
    await journal.append([]);
    assert.equal(heard, 0);
    assert.deepEqual(journal.read({}), []);
  });

  it('close() makes durable what was appended before, and append() is refused afterwards', async (t) => {
    const { journal, reopen } = open(t);
    const appended = journal.append([agentStarted()]);
    journal.close();
    await appended;
    await assert.rejects(journal.append([agentStarted(1)]), unwritable);
    assert.deepEqual(recordsOf(reopen()), [agentStarted()]);
  });
}

function listenerContract(open: (t: TestContext) => JournalSubject): void {
  it('onRecord() hears every durable record once, in order, with its seq', async (t) => {
    const { journal } = open(t);
    // A listener that throws is not heard of: what it saw is judged afterwards.
    const heard: unknown[] = [];
    const toldTooEarly: number[] = [];
    journal.onRecord((stored) => {
      if (!journal.read({}).some(({ seq }) => seq === stored.seq)) toldTooEarly.push(stored.seq);
      heard.push(stored);
    });
    await Promise.all([journal.append([acceptedRecord('a'), agentStarted()]), journal.append([acceptedRecord('b')])]);
    await journal.append([acceptedRecord('c')]);
    assert.deepEqual(heard, journal.read({}));
    assert.equal(heard.length, 4);
    assert.deepEqual(toldTooEarly, []);
  });

  it('onRecord() does not hear of what could not be written', async (t) => {
    const { journal, failWrites } = open(t);
    let heard = 0;
    journal.onRecord(() => {
      heard += 1;
    });
    failWrites(true);
    await assert.rejects(journal.append([agentStarted()]), unwritable);
    assert.equal(heard, 0);
  });

  it('a listener that throws harms neither the append nor the other listeners', async (t) => {
    const { journal } = open(t);
    let heard = 0;
    journal.onRecord(() => {
      throw new Error('listener');
    });
    journal.onRecord(() => {
      heard += 1;
    });
    await journal.append([agentStarted()]);
    await journal.append([agentStarted(1)]);
    assert.equal(heard, 2);
  });

  it('a listener may append, and may stop listening', async (t) => {
    const { journal } = open(t);
    let appended: Promise<void> | undefined;
    const stop = journal.onRecord(() => {
      stop();
      appended = journal.append([acceptedRecord('b')]);
    });
    await journal.append([acceptedRecord('a')]);
    await nextTick();
    await appended;
    assert.deepEqual(recordsOf(journal), [acceptedRecord('a'), acceptedRecord('b')]);
  });
}

function openPodsContract(open: (t: TestContext) => JournalSubject): void {
  it('openPods() lists accepted Pods that are not removed, oldest first, with their records', async (t) => {
    const { journal, reopen } = open(t);
    await journal.append([acceptedRecord('z'), acceptedRecord('gone'), acceptedRecord('a')]);
    await journal.append([sampleRecord('gone', 'container.ready'), sampleRecord('z', 'container.ready'), agentStarted()]);
    await journal.append([sampleRecord('gone', 'pod.removed'), sampleRecord('never-accepted', 'container.ready')]);
    const expected = [
      { uid: 'z', records: [acceptedRecord('z'), sampleRecord('z', 'container.ready')] },
      { uid: 'a', records: [acceptedRecord('a')] },
    ];
    assert.deepEqual(journal.openPods(), expected);
    assert.deepEqual(reopen().openPods(), expected);
  });

  it('openPods() gives a Pod that lives again under its uid the records of this life only', async (t) => {
    const { journal } = open(t);
    await journal.append([acceptedRecord('a'), sampleRecord('a', 'container.ready'), sampleRecord('a', 'pod.removed')]);
    assert.deepEqual(journal.openPods(), []);
    await journal.append([acceptedRecord('a', 5)]);
    assert.deepEqual(journal.openPods(), [{ uid: 'a', records: [acceptedRecord('a', 5)] }]);
  });

  it('openPods() leaves the agent’s own records of a Pod out', async (t) => {
    const { journal } = open(t);
    await journal.append([
      acceptedRecord('a'),
      { ...agentStarted(), type: 'agent.recovered', pod: 'default/a', uid: 'a', decision: 'continues', message: 'm' },
    ]);
    assert.deepEqual(journal.openPods(), [{ uid: 'a', records: [acceptedRecord('a')] }]);
  });
}

function readContract(open: (t: TestContext) => JournalSubject): void {
  it('read() pages by seq, and filters by uid and by Pod', async (t) => {
    const { journal } = open(t);
    await journal.append([acceptedRecord('a'), acceptedRecord('b'), agentStarted(), sampleRecord('a', 'container.ready')]);
    const all = journal.read({});
    assert.equal(all.length, 4);
    assert.deepEqual(journal.read({ limit: 2 }), all.slice(0, 2));
    assert.deepEqual(journal.read({ afterSeq: all[1]?.seq ?? -1 }), all.slice(2));
    assert.deepEqual(journal.read({ uid: 'a' }), [all[0], all[3]]);
    assert.deepEqual(journal.read({ pod: 'default/b' }), [all[1]]);
    assert.deepEqual(journal.read({ uid: 'a', limit: 1, afterSeq: all[0]?.seq ?? -1 }), [all[3]]);
    assert.deepEqual(journal.read({ uid: "' OR 1=1 --" }), []);
  });

  it('read() stops at 1000 records unless told otherwise', async (t) => {
    const { journal } = open(t);
    await journal.append(Array.from({ length: 1001 }, () => agentStarted()));
    assert.equal(journal.read({}).length, 1000);
    assert.equal(journal.read({ limit: 2000 }).length, 1001);
  });

  it('seq grows and is never given twice, not even after a pruning and a reopening', async (t) => {
    const { journal, reopen } = open(t);
    await journal.append([acceptedRecord('a'), sampleRecord('a', 'pod.removed')]);
    const last = journal.read({}).at(-1)?.seq ?? 0;
    journal.prune({ keepPods: 0, keepMs: 0, nowWallMs: startMs });
    const next = reopen();
    await next.append([agentStarted()]);
    assert.ok((next.read({})[0]?.seq ?? 0) > last);
  });
}

function pruneContract(open: (t: TestContext) => JournalSubject): void {
  const uidsOf = (journal: Journal): readonly unknown[] => [...new Set(recordsOf(journal).map(({ uid }) => uid))];

  it('prune() keeps the newest ended Pods and everything of living ones', async (t) => {
    const { journal } = open(t);
    await journal.append(['living', 'a', 'b', 'c', 'd'].map((uid) => acceptedRecord(uid)));
    // The order of ending counts, not that of beginning; one was never accepted.
    await journal.append(['c', 'a', 'd', 'b'].map((uid) => sampleRecord(uid, 'pod.removed')));
    await journal.append([{ ...sampleRecord('refused', 'pod.removed'), type: 'pod.rejected', reason: 'r', message: 'm' }]);
    const dropped = journal.prune({ keepPods: 2, keepMs: dayMs, nowWallMs: startMs });
    assert.deepEqual([...dropped].sort(), ['a', 'c', 'd']);
    assert.deepEqual(uidsOf(journal), ['living', 'b', 'refused']);
    assert.deepEqual(
      journal.openPods().map(({ uid }) => uid),
      ['living'],
    );
  });

  it('prune() drops what ended longer ago than keepMs, and old records of the agent', async (t) => {
    const { journal, reopen } = open(t);
    await journal.append([agentStarted(), acceptedRecord('living'), acceptedRecord('old'), acceptedRecord('new')]);
    await journal.append([sampleRecord('old', 'pod.removed', 10), sampleRecord('new', 'pod.removed', 11), agentStarted(11)]);
    const dropped = journal.prune({ keepPods: 100, keepMs: dayMs, nowWallMs: startMs + 11 + dayMs });
    assert.deepEqual(dropped, ['old']);
    const kept = [acceptedRecord('living'), acceptedRecord('new'), sampleRecord('new', 'pod.removed', 11), agentStarted(11)];
    assert.deepEqual(recordsOf(reopen()), kept);
  });

  it('prune() without limits drops nothing', async (t) => {
    const { journal } = open(t);
    await journal.append([acceptedRecord('a'), sampleRecord('a', 'pod.removed')]);
    assert.deepEqual(journal.prune({ keepPods: Number.POSITIVE_INFINITY, keepMs: Number.POSITIVE_INFINITY, nowWallMs: startMs }), []);
    assert.equal(journal.read({}).length, 2);
  });

  it('prune() throws journalUnwritable and drops nothing when it cannot write', async (t) => {
    const { journal, failWrites } = open(t);
    await journal.append([acceptedRecord('a'), sampleRecord('a', 'pod.removed')]);
    failWrites(true);
    assert.throws(() => journal.prune({ keepPods: 0, keepMs: 0, nowWallMs: startMs }), unwritable);
    assert.equal(journal.read({}).length, 2);
  });
}
