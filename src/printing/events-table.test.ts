import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EventFact } from '../core/journal-record.ts';
import { EventRows } from './event-rows.ts';
import { eventsTable } from './events-table.ts';

const at = (seconds: number): string => new Date(Date.UTC(2030, 0, 1) + seconds * 1000).toISOString();

type Told = readonly [seconds: number, event: Partial<EventFact>];

/** What is printed at second 40. */
function printed(...told: readonly Told[]): readonly string[] {
  const rows = new EventRows();
  for (const [seconds, event] of told) {
    const fact = { type: 'event', eventType: 'Normal', reason: 'Killing', message: 'Stopping container main', count: 1, ...event } as const;
    rows.add({ time: at(seconds), pod: 'default/demo', uid: 'u1', ...fact });
  }
  return eventsTable(rows.list(), Date.parse(at(40)));
}

const main = { container: 'main' };

describe('eventsTable()', () => {
  it('prints events as kubectl describe does', () => {
    const lines = printed(
      [0, { ...main, reason: 'Started', message: 'Container started' }],
      [1, { ...main, eventType: 'Warning', reason: 'FailedPostStartHook', message: 'PostStartHook failed' }],
      [2, { reason: 'SandboxChanged', message: 'Pod sandbox changed, it will be killed and re-created.' }],
      [20, { ...main, reason: 'Started', message: 'Container started', count: 2 }],
      [31, { ...main, reason: 'Started', message: 'Container started', count: 3 }],
    );
    assert.deepEqual(lines, [
      'Events:',
      '  Type     Reason               Age               From     Message',
      '  ----     ------               ----              ----     -------',
      '  Warning  FailedPostStartHook  39s               kubelet  spec.containers{main}: PostStartHook failed',
      '  Normal   SandboxChanged       38s               kubelet  Pod sandbox changed, it will be killed and re-created.',
      '  Normal   Started              9s (x3 over 40s)  kubelet  spec.containers{main}: Container started',
    ]);
  });

  it('says so when there are none', () => assert.deepEqual(printed(), ['Events:  <none>']));

  it('keeps containers, types, reasons and messages apart', () => {
    const told: readonly Told[] = [
      [0, main],
      [0, { container: 'b' }],
      [0, {}],
      [0, { ...main, eventType: 'Warning' }],
      [0, { ...main, reason: 'x' }],
      [0, { ...main, message: 'x' }],
    ];
    assert.equal(printed(...told).length, 3 + told.length);
  });

  it('shows the newest words of combined events, in one row', () => {
    const combined = (n: number): Told => [n, { ...main, message: `(combined from similar events): m${n}`, count: n }];
    assert.deepEqual(printed(combined(1), combined(2)).slice(3), [
      '  Normal  Killing  38s (x2 over 39s)  kubelet  spec.containers{main}: (combined from similar events): m2',
    ]);
  });

  it('begins a new row where counting began anew', () => {
    const ages = printed([0, main], [1, { ...main, count: 2 }], [10, main], [12, { ...main, count: 2 }]).slice(3);
    assert.deepEqual(
      ages.map((line) => line.slice(19, 36)),
      ['39s (x2 over 40s)', '28s (x2 over 30s)'],
    );
  });

  it('sorts by the last time, also when the clock was set back', () => {
    const reasons = printed([5, { reason: 'A' }], [3, { reason: 'B' }], [3, { reason: 'C' }]).slice(3);
    assert.deepEqual(
      reasons.map((line) => line.slice(10, 11)),
      ['B', 'C', 'A'],
    );
  });

  it('takes no control characters over from a message', () => {
    assert.match(printed([0, { message: ' a\u001b[2Jb\n' }])[3] ?? '', /kubelet {2}a\\x1b\[2Jb$/);
  });
});
