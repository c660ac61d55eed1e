import { equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PrintedRecord } from '../core/journal-record.ts';
import { recordLine } from './record-line.ts';
import { recordText } from './record-text.ts';
import { PLAIN_STYLE, styleOf } from './style.ts';

const time = new Date(2030, 0, 1, 12, 0, 3, 120).toISOString();
const of = { time, pod: 'default/demo', uid: 'u1' };
const main = { container: 'main', restartCount: 0 };
const at = { bootId: 'b', monotonicMs: 0, wallMs: new Date(2030, 0, 1, 12, 0, 33, 0).getTime() };
const delivery = { ...main, hook: 'postStart', handler: 'exec', attempt: 1, retry: 0 } as const;
const layout = { podWidth: 12, containerWidth: 4 };

describe('recordLine()', () => {
  it('gives time, Pod, container and what happened, in columns', () => {
    const line = recordLine({ ...of, type: 'hook.started', ...delivery, containerId: 'c1', at }, layout, PLAIN_STYLE);
    equal(line, '12:00:03.120  default/demo  main  postStart hook (exec) started');
    equal(recordLine({ ...of, type: 'pod.removed' }, layout, PLAIN_STYLE), '12:00:03.120  default/demo        Pod removed');
    equal(
      recordLine({ time, type: 'agent.started', version: '1.0.0', pid: 7, bootId: 'b' }, layout, PLAIN_STYLE),
      `12:00:03.120  ${' '.repeat(20)}hooklet 1.0.0 started, pid 7`,
    );
  });

  it('marks what a container wrote, and shows it as one harmless line', () => {
    const log = { ...of, type: 'log', container: 'main' } as const;
    equal(recordLine({ ...log, stream: 'stdout', text: 'hello' }, layout, PLAIN_STYLE), '12:00:03.120  default/demo  main  | hello');
    equal(
      recordLine({ ...log, stream: 'stderr', text: 'a\u001b[2Jb' }, layout, PLAIN_STYLE),
      '12:00:03.120  default/demo  main  ! a\\x1b[2Jb',
    );
  });

  it('uses colours only where they are wanted', () => {
    const record: PrintedRecord = { ...of, type: 'hook.finished', ...delivery, outcome: 'failed', durationMs: 12, exitCode: 3 };
    ok(recordLine(record, layout, styleOf(true)).includes('\u001b['));
    ok(!recordLine(record, layout, styleOf(false)).includes('\u001b'));
  });
});

describe('recordText()', () => {
  const texts: readonly (readonly [PrintedRecord, string])[] = [
    [
      { ...of, type: 'agent.recovered', decision: 'ends', message: 'its manifest has changed' },
      'left by an earlier hooklet: is ended, its manifest has changed',
    ],
    [{ ...of, type: 'sandbox.ready', sandboxId: 's', attempt: 0, ip: '10.0.0.2' }, 'sandbox ready, its address is 10.0.0.2'],
    [{ ...of, type: 'image.pulled', container: 'main', image: 'a:1', present: true }, 'image a:1 is present'],
    [
      { ...of, type: 'image.failed', container: 'main', image: 'a:1', reason: 'ErrImagePull', message: 'no\nroute' },
      'image a:1 cannot be had (ErrImagePull): no\\x0aroute',
    ],
    [
      { ...of, type: 'container.created', ...main, containerId: 'c', bootId: 'b', hooksDue: ['postStart'] },
      'container created, postStart hook is due',
    ],
    [{ ...of, type: 'container.started', ...main, restartCount: 2, containerId: 'c' }, 'container started again (restart 2)'],
    [
      { ...of, type: 'hook.finished', ...delivery, attempt: 2, outcome: 'timedOut', durationMs: 30_000, reason: 'too slow' },
      'postStart hook (exec) timedOut after 30 s, attempt 2: too slow',
    ],
    [
      { ...of, type: 'hook.finished', ...delivery, outcome: 'cancelled', durationMs: 5, reason: 'cancelled' },
      'postStart hook (exec) cancelled after 5 ms',
    ],
    [
      { ...of, type: 'hook.skipped', ...main, hook: 'preStop', reason: 'containerExited' },
      'preStop hook skipped (containerExited): its container had ended',
    ],
    [{ ...of, type: 'signal.sent', ...main, signal: 'SIGTERM', at, deadline: at }, 'SIGTERM sent, SIGKILL follows at 12:00:33.000'],
    [{ ...of, type: 'signal.sent', ...main, signal: 'SIGKILL', at, deadline: at }, 'SIGKILL sent'],
    [
      { ...of, type: 'container.exited', ...main, exitCode: 143, reason: 'Error', by: 'stop' },
      'container exited with 143 by its stop signal (Error)',
    ],
    [{ ...of, type: 'container.restarting', ...main, backoffMs: 10_000 }, 'container restarts in 10 s'],
    [
      { ...of, type: 'event', eventType: 'Warning', reason: 'FailedPreStopHook', message: 'PreStopHook failed', count: 2 },
      'Warning event FailedPreStopHook: PreStopHook failed (x2)',
    ],
    [{ ...of, type: 'pod.deleting', graceSeconds: 30, firstSeen: at, deadline: at }, 'Pod is being deleted, grace 30 s'],
    [{ ...of, type: 'pod.rejected', reason: 'HostPort', message: 'taken' }, 'Pod rejected (HostPort): taken'],
    [{ ...of, type: 'probe.failed', ...main, probe: 'liveness', message: 'refused' }, 'liveness probe failed: refused'],
    [{ ...of, type: 'probe.failed', ...main, probe: 'startup', message: 'x', result: 'unknown' }, 'startup probe could not be run: x'],
    [
      { ...of, type: 'probe.failed', ...main, probe: 'readiness', message: 'x', result: 'warning' },
      'readiness probe succeeded with a warning: x',
    ],
  ];
  for (const [record, text] of texts) it(`tells ${record.type}: ${text}`, () => equal(recordText(record), text));
});
