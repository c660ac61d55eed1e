import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JournalRecord } from '../core/journal-record.ts';
import { DeliveryRows } from './delivery-rows.ts';

const of = { pod: 'default/demo', uid: 'u1' };
const main = { container: 'main', restartCount: 0 };
const at = { bootId: 'b', monotonicMs: 0, wallMs: 0 };
const started = (time: string, attempt = 1): JournalRecord => ({
  ...of,
  time,
  type: 'hook.started',
  ...main,
  hook: 'preStop',
  handler: 'exec',
  attempt,
  retry: 0,
  containerId: 'c',
  at,
});
const finished = (time: string, attempt = 1): JournalRecord => ({
  ...of,
  time,
  type: 'hook.finished',
  ...main,
  hook: 'preStop',
  handler: 'exec',
  attempt,
  retry: 0,
  outcome: 'failed',
  durationMs: 7,
  exitCode: 3,
  reason: 'command exited with 3',
});

describe('DeliveryRows', () => {
  it('joins the beginning and the end of a delivery', () => {
    const rows = new DeliveryRows();
    equal(rows.add(started('t1'))?.outcome, 'running');
    rows.add(finished('t2'));
    deepEqual(rows.list(), [
      {
        ...of,
        ...main,
        hook: 'preStop',
        handler: 'exec',
        attempt: 1,
        retry: 0,
        startedAt: 't1',
        endedAt: 't2',
        outcome: 'failed',
        durationMs: 7,
        exitCode: 3,
        reason: 'command exited with 3',
      },
    ]);
  });

  it('keeps repeated deliveries apart, in the order of their beginning', () => {
    const rows = new DeliveryRows();
    for (const record of [started('t1'), started('t2', 2), finished('t3', 2)]) rows.add(record);
    deepEqual(
      rows.list().map(({ attempt, outcome }) => [attempt, outcome]),
      [
        [1, 'running'],
        [2, 'failed'],
      ],
    );
  });

  it('tells a skipped hook as a delivery that never was', () => {
    const rows = new DeliveryRows();
    rows.add({ ...of, time: 't1', type: 'hook.skipped', ...main, hook: 'preStop', reason: 'containerExited' });
    deepEqual(rows.list(), [
      { ...of, ...main, hook: 'preStop', attempt: 0, retry: 0, endedAt: 't1', outcome: 'skipped', reason: 'containerExited' },
    ]);
  });

  it('ignores every other record', () => {
    const rows = new DeliveryRows();
    equal(rows.add({ ...of, time: 't1', type: 'pod.removed' }), undefined);
    deepEqual(rows.list(), []);
  });
});
