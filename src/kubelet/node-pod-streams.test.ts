import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NewFact, PodRecord } from '../core/journal-record.ts';
import { foldRecords, type PodHistory } from '../core/pod/pod-history.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { MemoryJournal } from '../fakes/memory-journal.ts';
import type { ContainerRuntime, RuntimeStream } from '../ports/container-runtime.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import type { LogRead, PodStreamRequest } from '../ports/pod-streams.ts';
import { NodePodStreams } from './node-pod-streams.ts';

const UID = '11111111-1111-4111-8111-111111111111';
const streams = { stdin: false, stdout: true, stderr: true, tty: false };
const options = { follow: true, timestamps: false };

const record = (fact: NewFact): PodRecord => ({ time: '2030-01-01T00:00:00.000Z', pod: 'default/web', uid: UID, ...fact }) as PodRecord;
const of = (restartCount: number) => ({ container: 'main', restartCount, containerId: `id-${restartCount}` });
const created = (restartCount: number): PodRecord =>
  record({ type: 'container.created', bootId: 'boot-1', hooksDue: [], ...of(restartCount) });
const started = (restartCount: number): PodRecord => record({ type: 'container.started', ...of(restartCount) });
const exited = (restartCount: number, container = 'main'): PodRecord =>
  record({ type: 'container.exited', container, restartCount, exitCode: 1, reason: 'Error', by: 'self' });
const sandbox = record({ type: 'sandbox.ready', sandboxId: 'sandbox-1', attempt: 0 });

type Phase = 'running' | 'exited';

function open(records: readonly PodRecord[]) {
  const clock = new ManualClock();
  const journal = new MemoryJournal();
  const seen = { asked: [] as RuntimeStream[], reads: [] as LogRead[], phase: 'running' as Phase, looks: 0, history: foldRecords(records) };
  const cri = {
    streamUrl: async (stream: RuntimeStream) => {
      seen.asked.push(stream);
      if (stream.kind === 'attach') throw new HookletError('runtimeNotFound', 'gone');
      return new URL('http://127.0.0.1:1/x');
    },
    listContainers: async () => {
      seen.looks += 1;
      return [{ id: 'id-0', phase: seen.phase }];
    },
  } as unknown as ContainerRuntime;
  const node = new NodePodStreams({
    historyOf: (uid): PodHistory | undefined => (uid === UID ? seen.history : undefined),
    cri,
    journal,
    clock,
    paths: { logsDir: '/logs' },
    openLogText: async (read) => {
      seen.reads.push(read);
      return undefined;
    },
  });
  return { node, clock, journal, seen };
}

const exec = (container = 'main', uid = UID): PodStreamRequest => ({ kind: 'exec', uid, container, command: ['ls'], ...streams });

describe('NodePodStreams', () => {
  it('streamUrl() asks for the newest instance, and only while it may run', async () => {
    const { node, seen } = open([created(0), started(0), exited(0), created(1), started(1)]);
    assert.equal((await node.streamUrl(exec()))?.port, '1');
    assert.deepEqual(seen.asked, [{ kind: 'exec', containerId: 'id-1', command: ['ls'], ...streams }]);
    for (const records of [[], [created(0)], [created(0), started(0), exited(0)]]) {
      assert.equal(await open(records).node.streamUrl(exec()), undefined);
    }
  });

  it('streamUrl() knows no other Pod, no other container, and none by what objects inherit', async () => {
    const { node, seen } = open([created(0), started(0)]);
    for (const request of [exec('other'), exec('constructor'), exec('__proto__'), exec('main', 'other')]) {
      assert.equal(await node.streamUrl(request), undefined);
    }
    assert.deepEqual(seen.asked, []);
  });

  it('streamUrl() takes what the runtime has forgotten for what does not run', async () => {
    const { node } = open([created(0), started(0)]);
    assert.equal(await node.streamUrl({ kind: 'attach', uid: UID, container: 'main', ...streams }), undefined);
  });

  it('streamUrl() forwards ports of the sandbox there is', async () => {
    const { node, seen } = open([sandbox]);
    await node.streamUrl({ kind: 'portforward', uid: UID, ports: [80] });
    assert.deepEqual(seen.asked, [{ kind: 'portforward', sandboxId: 'sandbox-1', ports: [80] }]);
    assert.equal(await open([]).node.streamUrl({ kind: 'portforward', uid: UID, ports: [80] }), undefined);
  });

  it('openLog() opens the log of the instance that the id names, and of no other', async () => {
    const { node, seen } = open([created(0), started(0), exited(0), created(1), started(1)]);
    const { signal } = new AbortController();
    for (const containerId of ['id-1', 'id-0', 'id-2']) await node.openLog({ uid: UID, container: 'main', containerId, options, signal });
    assert.deepEqual(
      seen.reads.map(({ file }) => file),
      [`/logs/${UID}/main/1.log`, `/logs/${UID}/main/0.log`],
    );
  });

  it('openLog() makes no path of a name that is none', async () => {
    const { node, seen } = open([]);
    const escaping = foldRecords([{ ...created(0), container: '../../etc' } as PodRecord]);
    seen.history = escaping;
    const { signal } = new AbortController();
    assert.equal(await node.openLog({ uid: UID, container: '../../etc', containerId: 'id-0', options, signal }), undefined);
    assert.deepEqual(seen.reads, []);
  });

  it('a log is complete when the end is told and the runtime shows it', async () => {
    const { node, clock, journal, seen } = open([created(0), started(0)]);
    const over = new AbortController();
    await node.openLog({ uid: UID, container: 'main', containerId: 'id-0', options, signal: over.signal });
    let isComplete = false;
    const complete = seen.reads[0]?.untilComplete(over.signal).then(() => {
      isComplete = true;
    });
    await clock.advance(10_000);
    assert.deepEqual([isComplete, seen.looks], [false, 0]);
    await journal.append([exited(0, 'other')]);
    await clock.advance(100);
    assert.equal(seen.looks, 0);
    await journal.append([exited(0)]);
    await clock.advance(100);
    assert.deepEqual([isComplete, seen.looks > 0], [false, true]);
    seen.phase = 'exited';
    await clock.advance(100);
    await complete;
    assert.deepEqual([isComplete, clock.pending], [true, 0]);
  });

  it('a log is complete after 3 s, whatever the runtime holds on to; an end that no record told is found', async () => {
    const { node, clock, seen } = open([created(0), started(0)]);
    const over = new AbortController();
    await node.openLog({ uid: UID, container: 'main', containerId: 'id-0', options, signal: over.signal });
    const complete = seen.reads[0]?.untilComplete(over.signal);
    seen.history = foldRecords([created(0), started(0), exited(0)]);
    await clock.advance(2000 + 3000 + 100);
    await complete;
    assert.equal(clock.pending, 0);
  });

  it('waits for nothing any more once nobody reads', async () => {
    const { node, clock, seen } = open([created(0), started(0)]);
    const over = new AbortController();
    await node.openLog({ uid: UID, container: 'main', containerId: 'id-0', options, signal: over.signal });
    const complete = seen.reads[0]?.untilComplete(over.signal);
    await clock.advance(10);
    over.abort();
    await complete;
    assert.equal(clock.pending, 0);
  });
});
