/** The checker itself: a history that breaks a rule is told, one that keeps them all is not. */
import { deepEqual, match } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addMs, type Instant } from '../../src/core/instant.ts';
import type { Fact, HookName, JournalRecord } from '../../src/core/journal-record.ts';
import { checkHistory } from './check-history.ts';
import { checkDeeds } from './check-world.ts';

const START: Instant = { bootId: 'b', monotonicMs: 0, wallMs: Date.UTC(2030, 0, 1) };
const at = (seconds: number): Instant => addMs(START, seconds * 1000);
const of = { container: 'main', restartCount: 0 } as const;

const created: Fact = { type: 'container.created', ...of, containerId: 'c', bootId: 'b', hooksDue: ['postStart'] };
const started: Fact = { type: 'container.started', ...of, containerId: 'c' };
const ready: Fact = { type: 'container.ready', ...of };
const stopping: Fact = {
  type: 'container.stopping',
  ...of,
  reason: 'podDeleted',
  graceSeconds: 10,
  deadline: at(20),
  hooksDue: ['preStop'],
};
const exited: Fact = { type: 'container.exited', ...of, exitCode: 0, reason: 'Completed', by: 'stop' };
const begins = (hook: HookName, seconds: number, attempt = 1): Fact => ({
  type: 'hook.started',
  ...of,
  hook,
  handler: 'exec',
  attempt,
  retry: 0,
  containerId: 'c',
  at: at(seconds),
});
const ends = (hook: HookName, attempt = 1): Fact => ({
  type: 'hook.finished',
  ...of,
  hook,
  handler: 'exec',
  attempt,
  retry: 0,
  outcome: 'succeeded',
  durationMs: 1,
});
const signal = (name: string, seconds: number, deadline = 20): Fact => ({
  type: 'signal.sent',
  ...of,
  signal: name,
  at: at(seconds),
  deadline: at(deadline),
});
const deleting = (graceSeconds: number): Fact => ({
  type: 'pod.deleting',
  graceSeconds,
  firstSeen: at(10),
  deadline: at(10 + graceSeconds),
});

const starts = [created, started, begins('postStart', 0), ends('postStart'), ready];
const stops = [stopping, begins('preStop', 10), ends('preStop'), signal('SIGTERM', 11)];

const history = (...facts: readonly Fact[]): readonly JournalRecord[] =>
  facts.map((fact) => ({ time: new Date(START.wallMs).toISOString(), pod: 'default/demo', uid: 'u', ...fact }));

describe('checkHistory()', () => {
  it('has nothing to say about a whole life', () => {
    deepEqual(checkHistory(history(...starts, ...stops, signal('SIGKILL', 20), exited, { type: 'pod.removed' })), []);
  });

  const bad: readonly (readonly [string, RegExp, readonly Fact[]])[] = [
    ['a hook that was due and never closed', /main\/0: postStart was due and never closed/, [created, started, exited]],
    ['a hook that was begun and never closed', /preStop was due and never closed/, [...starts, stopping, begins('preStop', 10), exited]],
    ['a hook that runs again after its end', /hook.started comes after postStart was closed/, [...starts, begins('postStart', 5, 2)]],
    ['a stop signal before the outcome of preStop', /before the outcome of preStop/, [...starts, stopping, signal('SIGTERM', 11)]],
    ['SIGKILL before the deadline', /SIGKILL comes before the deadline/, [...starts, ...stops, signal('SIGKILL', 19)]],
    [
      'SIGKILL too soon after the stop signal',
      /sooner than 2 s/,
      [...starts, stopping, begins('preStop', 10), ends('preStop'), signal('SIGTERM', 19), signal('SIGKILL', 20)],
    ],
    [
      'SIGKILL without a stop signal',
      /without a stop signal/,
      [...starts, stopping, begins('preStop', 10), ends('preStop'), signal('SIGKILL', 20)],
    ],
    ['a hook after the exit', /hook.started comes after the exit/, [...starts, exited, begins('preStop', 10)]],
    ['a hook before the start', /before the start of its container/, [created, begins('postStart', 0)]],
    ['a preStop that nobody asked for', /though nobody stops/, [...starts, begins('preStop', 10)]],
    ['a preStop after the deadline', /begins after the deadline/, [...starts, stopping, begins('preStop', 20)]],
    [
      'an attempt that was left out',
      /is attempt 3, but the 2. start/,
      [created, started, begins('postStart', 0), begins('postStart', 1, 3)],
    ],
    [
      'the end of another attempt',
      /ends attempt 1, but 2 was begun last/,
      [created, started, begins('postStart', 0), begins('postStart', 1, 2), ends('postStart')],
    ],
    ['ready before postStart', /before postStart has succeeded/, [created, started, ready]],
    ['an undeclared edge', /undeclared edge from exited to running/, [...starts, exited, ready]],
    ['a removed Pod whose container runs', /comes while main\/0 runs/, [...starts, { type: 'pod.removed' }]],
    ['life after removal', /comes after pod.removed/, [{ type: 'pod.removed' }, created]],
    ['a start before its intent', /container.started comes before container.created/, [started, created]],
    ['an instance that is made twice', /created comes a second time/, [created, started, created]],
    [
      'a hook of another container',
      /names container other, but its instance is c/,
      [created, started, { ...begins('postStart', 0), containerId: 'other' } as Fact],
    ],
    ['a deletion that is put off', /pod.deleting puts the stored deadline off/, [deleting(10), deleting(11)]],
    [
      'a stop that is put off',
      /container.stopping puts the stored deadline off/,
      [...starts, stopping, { ...stopping, deadline: at(21) } as Fact],
    ],
    [
      'a signal with a deadline of its own',
      /later deadline than the one that is stored/,
      [...starts, ...stops.slice(0, 3), signal('SIGTERM', 11, 21)],
    ],
    ['an outcome before the hook', /ends attempt 1, but 0 was begun last/, [created, started, ends('postStart')]],
  ];
  for (const [what, wrong, facts] of bad) {
    it(`tells ${what}`, () => {
      match(checkHistory(history(...facts)).join('\n'), wrong);
    });
  }

  it('counts a shorter deletion as the deadline', () => {
    deepEqual(checkHistory(history(...starts, ...stops, deleting(3), signal('SIGKILL', 13, 13), exited)), []);
  });
});

describe('checkDeeds()', () => {
  it('tells a hook that ran twice, and one that ran in an ended container', () => {
    const deed = (kind: 'execStarted' | 'containerEnded', what = '') => ({ wallMs: 0, kind, containerId: 'c', what });
    deepEqual(checkDeeds([deed('execStarted', 'preStop-1'), deed('execStarted', 'postStart-1')]), []);
    deepEqual(checkDeeds([deed('execStarted', 'preStop-1'), deed('execStarted', 'preStop-2')]), ['c preStop ran 2 times']);
    deepEqual(checkDeeds([deed('containerEnded'), deed('execStarted', 'preStop-1')]), ['c preStop ran after its container had ended']);
  });
});
