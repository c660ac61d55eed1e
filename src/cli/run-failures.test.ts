import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ContainerFact, HookFact, ImageFact, JournalRecord } from '../core/journal-record.ts';
import { runFailures } from './run-failures.ts';

const at = { time: '2030-01-01T00:00:00.000Z', pod: 'default/demo', uid: 'u1' };
const main = { container: 'main', restartCount: 0 };
const record = (fact: ContainerFact | HookFact | ImageFact): JournalRecord => ({ ...at, ...fact });

const finished = (outcome: Extract<HookFact, { type: 'hook.finished' }>['outcome']): JournalRecord =>
  record({ type: 'hook.finished', ...main, hook: 'preStop', handler: 'exec', attempt: 1, retry: 0, outcome, durationMs: 1 });
const exited = (exitCode: number, by: Extract<ContainerFact, { type: 'container.exited' }>['by']): JournalRecord =>
  record({ type: 'container.exited', ...main, exitCode, reason: 'Error', by });
const failed = record({ type: 'container.failed', ...main, reason: 'RunContainerError', message: 'no such program' });
const imageFailed = record({ type: 'image.failed', container: 'main', image: 'a:1', reason: 'ErrImagePull', message: 'no route' });

describe('runFailures()', () => {
  it('finds every hook that did not succeed', () => {
    deepEqual(runFailures([finished('succeeded')]), []);
    const words = { failed: 'failed', timedOut: 'timed out', cancelled: 'was cancelled', interrupted: 'was interrupted' } as const;
    for (const outcome of ['failed', 'timedOut', 'cancelled', 'interrupted'] as const) {
      deepEqual(runFailures([finished(outcome)]), [`preStop of container "main" of default/demo ${words[outcome]}`]);
    }
  });

  it('lets a skipped hook pass', () => {
    deepEqual(runFailures([record({ type: 'hook.skipped', ...main, hook: 'preStop', reason: 'containerExited' })]), []);
  });

  it('finds a container that ended non-zero by itself or for want of memory, not one that we ended', () => {
    deepEqual(runFailures([exited(0, 'self'), exited(143, 'stop'), exited(137, 'kill')]), []);
    deepEqual(runFailures([exited(3, 'self')]), ['container "main" of default/demo ended by itself with 3 (Error)']);
    equal(runFailures([exited(137, 'oom')]).length, 1);
  });

  it('names a container that crashes again and again once', () => {
    equal(runFailures([exited(3, 'self'), exited(3, 'self'), exited(3, 'self')]).length, 1);
  });

  it('counts what could not run only if it lasted to the end', () => {
    equal(runFailures([failed]).length, 1);
    equal(runFailures([imageFailed]).length, 1);
    deepEqual(runFailures([failed, record({ type: 'container.started', ...main, containerId: 'c1' })]), []);
    deepEqual(runFailures([imageFailed, record({ type: 'image.pulled', container: 'main', image: 'a:1', present: false })]), []);
    equal(runFailures([record({ type: 'image.pulled', container: 'main', image: 'a:1', present: true }), failed]).length, 1);
  });

  it('tells of a container that could not be started once, though the runtime shows an end of it', () => {
    const startError = record({ type: 'container.exited', ...main, exitCode: 128, reason: 'StartError', by: 'self' });
    deepEqual(runFailures([failed, startError]), ['container "main" of default/demo could not run: no such program']);
    equal(runFailures([startError]).length, 1);
    const next = { container: 'main', restartCount: 1 };
    const started = record({ type: 'container.started', ...next, containerId: 'c2' });
    deepEqual(runFailures([failed, startError, started]), []);
    const crashed = record({ type: 'container.exited', ...next, exitCode: 3, reason: 'Error', by: 'self' });
    deepEqual(runFailures([failed, startError, started, crashed]), ['container "main" of default/demo ended by itself with 3 (Error)']);
  });

  it('tells of a postStart that failed once, and of the end of its container by itself too', () => {
    const hookFailed = record({ type: 'container.failed', ...main, reason: 'PostStartHookError', message: 'command exited with 1' });
    deepEqual(runFailures([finished('failed'), hookFailed, exited(0, 'stop')]).length, 1);
    equal(runFailures([finished('failed'), hookFailed, exited(3, 'self')]).length, 2);
  });

  it('lets a container pass whose start the death of an agent cut short', () => {
    deepEqual(runFailures([record({ type: 'container.exited', ...main, exitCode: 128, reason: 'StartInterrupted', by: 'stop' })]), []);
  });

  it('finds a Pod that was rejected', () => {
    const rejected: JournalRecord = { ...at, type: 'pod.rejected', reason: 'HostPort', message: 'port 80 is taken' };
    deepEqual(runFailures([rejected]), ['default/demo was rejected: port 80 is taken']);
  });
});
