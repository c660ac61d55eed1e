import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PodRecord } from '../../src/core/journal-record.ts';
import { judgePod } from './judge-records.ts';

const of = { time: '2026-01-01T00:00:00.000Z', pod: 'default/p', uid: 'u' };
const at = { bootId: 'b', monotonicMs: 0, wallMs: 0 };
const main = { ...of, container: 'main', restartCount: 0 };
const preStop = { ...main, hook: 'preStop', handler: 'exec', attempt: 1, retry: 0 } as const;
const deadline = { ...at, monotonicMs: 30_000, wallMs: 30_000 };

const GOOD = [
  { ...main, type: 'container.created', containerId: 'c', bootId: 'b', hooksDue: [] },
  { ...main, type: 'container.started', containerId: 'c' },
  { ...of, type: 'pod.deleting', graceSeconds: 30, firstSeen: at, deadline },
  { ...main, type: 'container.stopping', reason: 'podDeleted', graceSeconds: 30, deadline, hooksDue: ['preStop'] },
  { ...preStop, type: 'hook.started', containerId: 'c', execId: 'e', at },
  { ...preStop, type: 'hook.finished', outcome: 'succeeded', durationMs: 10, exitCode: 0 },
  { ...main, type: 'signal.sent', signal: 'SIGTERM', at, deadline },
  { ...main, type: 'container.exited', exitCode: 0, reason: 'Completed', by: 'stop' },
  { ...of, type: 'pod.ended', phase: 'Succeeded' },
  { ...of, type: 'pod.removed' },
] as unknown as readonly PodRecord[];
const LEDGERS = new Map([['main', ['preStop']]]);
const without = (type: string): readonly PodRecord[] => GOOD.filter((record) => record.type !== type);

describe('judgePod', () => {
  it('finds nothing in a good life', () => deepEqual(judgePod(GOOD, LEDGERS), []));

  it('wants every Pod removed once, and none rejected', () => {
    deepEqual(judgePod(without('pod.removed'), LEDGERS), ['has 0 times pod.removed']);
    const rejected = { ...of, type: 'pod.rejected', reason: 'Why', message: 'so' } as PodRecord;
    deepEqual(judgePod([rejected, ...GOOD], LEDGERS), ['was rejected: Why so']);
  });

  it('tells what breaks a rule of every history', () => {
    deepEqual(judgePod(without('hook.finished'), LEDGERS).slice(-1), ['main/0: preStop was due and never closed']);
  });

  it('wants the Warning of a hook only where it failed', () => {
    const warning = { ...of, container: 'main', type: 'event', eventType: 'Warning', reason: 'FailedPreStopHook', message: '', count: 1 };
    const records = [...GOOD.slice(0, -1), warning as PodRecord, ...GOOD.slice(-1)];
    deepEqual(judgePod(records, LEDGERS), ['main: 1 times FailedPreStopHook, but 0 failures of preStop']);
    const finished = (outcome: 'failed' | 'interrupted') =>
      records.map((record) => (record.type === 'hook.finished' ? { ...record, outcome } : record));
    deepEqual(judgePod(finished('failed'), LEDGERS), []);
    deepEqual(judgePod(finished('interrupted'), LEDGERS), ['main: 1 times FailedPreStopHook, but 0 failures of preStop']);
  });

  it('holds the ledger against the deliveries', () => {
    deepEqual(judgePod(GOOD, new Map()), ['main: 1 deliveries of preStop succeeded, but it ran 0 times']);
    deepEqual(judgePod(GOOD, new Map([['main', ['preStop', 'preStop']]])), ['main: preStop ran 2 times, but 1 deliveries were begun']);
  });
});
