import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ContainerHistory, RUN_EDGES, RUN_PHASES } from '../container/container-history.ts';
import type { Fact, PodRecord } from '../journal-record.ts';
import { EMPTY_HISTORY, foldRecord, foldRecords } from './pod-history.ts';

const START_MS = Date.UTC(2030, 0, 1);
const at = { bootId: 'b', monotonicMs: 0, wallMs: START_MS };
const main = { container: 'main', restartCount: 0 } as const;

const record = (fact: Fact, seconds = 0): PodRecord => ({
  time: new Date(START_MS + seconds * 1000).toISOString(),
  pod: 'default/demo',
  uid: 'u',
  ...fact,
});
const folded = (...facts: readonly Fact[]): ContainerHistory | undefined =>
  foldRecords(facts.map((fact) => record(fact))).containers['main'];

const created: Fact = { type: 'container.created', ...main, containerId: 'c0', bootId: 'b', hooksDue: ['postStart'] };
const delivery = { ...main, hook: 'postStart', handler: 'exec', attempt: 1, retry: 0 } as const;
const failed = (restartCount: number): Fact => ({
  type: 'container.failed',
  container: 'main',
  restartCount,
  reason: 'CreateContainerError',
  message: 'no',
});
const exited = (restartCount: number): Fact => ({
  type: 'container.exited',
  container: 'main',
  restartCount,
  exitCode: 1,
  reason: 'Error',
  by: 'self',
});

describe('foldRecord()', () => {
  it('follows a hook from due over started to its end', () => {
    const started: Fact = { type: 'hook.started', ...delivery, containerId: 'c0', execId: 'postStart-1', at };
    const finished: Fact = {
      type: 'hook.finished',
      ...delivery,
      outcome: 'failed',
      durationMs: 5,
      exitCode: 3,
      reason: 'command exited with 3',
    };
    assert.deepEqual(folded(created)?.run?.postStart, { state: 'due' });
    assert.deepEqual(folded(created, started)?.run?.postStart, { state: 'started', attempt: 1, retry: 0, at, execId: 'postStart-1' });
    assert.deepEqual(folded(created, started, finished)?.run?.postStart, {
      state: 'finished',
      outcome: 'failed',
      reason: 'command exited with 3',
      exitCode: 3,
    });
    const skipped: Fact = { type: 'hook.skipped', ...main, hook: 'postStart', reason: 'neverStarted' };
    assert.deepEqual(folded(created, skipped)?.run?.postStart, { state: 'skipped', reason: 'neverStarted' });
  });

  it('tells the stop signal from SIGKILL', () => {
    const signal = (name: string): Fact => ({ type: 'signal.sent', ...main, signal: name, at, deadline: at });
    const run = folded(created, signal('SIGUSR1'))?.run;
    assert.deepEqual([run?.signalled, run?.killed], [{ at }, undefined]);
    assert.deepEqual(folded(created, signal('SIGTERM'), signal('SIGKILL'))?.run?.killed, { at });
  });

  it('takes no fact of another instance for the newest one', () => {
    const before = folded(created);
    for (const fact of [exited(7), { type: 'container.ready', container: 'main', restartCount: 7 } as const]) {
      assert.deepEqual(folded(created, fact), before);
    }
  });

  it('keeps what failed apart: an instance that was never made, and one that was', () => {
    assert.deepEqual(folded(failed(0))?.run, {
      restartCount: 0,
      phase: 'notCreated',
      isReady: false,
      round: 0,
      failed: { reason: 'CreateContainerError', message: 'no' },
      failedWallMs: START_MS,
    });
    assert.equal(folded(created, failed(0))?.run?.phase, 'created');
    assert.equal(folded(created, exited(0), failed(1))?.run?.phase, 'notCreated');
  });

  it('counts failures of an image until it is there', () => {
    const of = { container: 'main', image: 'i' };
    const imageFailed: Fact = { type: 'image.failed', ...of, reason: 'ErrImagePull', message: 'no' };
    assert.equal(folded(imageFailed, { type: 'image.pulling', ...of }, imageFailed)?.image?.failures, 2);
    assert.equal(folded(imageFailed, { type: 'image.pulled', ...of, present: false })?.image?.failures, 0);
    assert.equal(folded({ type: 'image.pulled', ...of, present: true }, created)?.image, undefined);
    assert.equal(folded({ type: 'image.pulled', ...of, present: true }, failed(0))?.image, undefined, 'it is looked for again');
  });

  it('makes no crash back-off of an instance that could not be created', () => {
    const restarting: Fact = { type: 'container.restarting', ...main, backoffMs: 10_000 };
    assert.equal(folded(failed(0), restarting, created)?.backOff, undefined);
    const next: Fact = { type: 'container.created', container: 'main', restartCount: 1, containerId: 'c1', bootId: 'b', hooksDue: [] };
    assert.equal(folded(created, exited(0), { ...restarting, backoffMs: 0 }, next)?.backOff?.steps, 1);
  });

  it('keeps the deletion that was seen last, and the end', () => {
    const deleting = (graceSeconds: number): Fact => ({ type: 'pod.deleting', graceSeconds, firstSeen: at, deadline: at });
    const history = foldRecords([
      record(deleting(30)),
      record(deleting(3)),
      record({ type: 'pod.ended', phase: 'Failed' }),
      record({ type: 'pod.removed' }),
    ]);
    assert.deepEqual([history.deleting?.graceSeconds, history.endedPhase, history.removed], [3, 'Failed', true]);
  });

  it('changes nothing it was given', () => {
    const frozen = Object.freeze({ ...EMPTY_HISTORY, containers: Object.freeze({}) });
    foldRecord(frozen, record(created));
    assert.deepEqual(frozen.containers, {});
  });
});

describe('RUN_EDGES', () => {
  it('lead from every phase to another declared one, and to the end of the instance', () => {
    for (const phase of RUN_PHASES) {
      const seen = new Set<string>([phase]);
      for (const one of seen) for (const next of RUN_EDGES[one as keyof typeof RUN_EDGES]) seen.add(next);
      assert.ok(seen.has('exited') || seen.has('notCreated'), phase);
      assert.ok([...seen].every((one) => RUN_PHASES.some((known) => known === one)));
    }
  });
});
