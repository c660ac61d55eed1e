import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Fact } from '../journal-record.ts';
import type { ContainerRun } from '../pod/pod-history.ts';
import { EMPTY_HISTORY, foldRecord } from '../pod/pod-history.ts';
import { backOffMs, imageBackOffMs, mayRestart } from './restart.ts';

const ended = (exitCode: number): ContainerRun => ({
  restartCount: 0,
  phase: 'exited',
  exited: { exitCode, by: 'self', reason: '', wallMs: 0 },
});

describe('mayRestart()', () => {
  for (const [policy, exitCode, expected] of [
    ['Always', 0, true],
    ['Always', 1, true],
    ['OnFailure', 0, false],
    ['OnFailure', 1, true],
    ['OnFailure', 137, true],
    ['Never', 0, false],
    ['Never', 1, false],
  ] as const) {
    it(`${policy}: an exit with ${exitCode} ${expected ? 'is' : 'is not'} followed by another start`, () => {
      assert.equal(mayRestart(policy, ended(exitCode)), expected);
    });
  }

  it('tries again what could not even be created, whatever the policy', () => {
    assert.equal(mayRestart('Never', { restartCount: 0, phase: 'notCreated' }), true);
  });
});

/** The wait before each start of a container whose runs take the given times, as journal and core decide it together. */
function waits(runsMs: readonly number[]): readonly number[] {
  let history = EMPTY_HISTORY;
  let wallMs = 1_900_000_000_000;
  const add = (fact: Fact): void => {
    history = foldRecord(history, { time: new Date(wallMs).toISOString(), pod: 'a/b', uid: 'u', ...fact });
  };
  return runsMs.map((runMs, restartCount) => {
    const of = { container: 'main', restartCount };
    const before = history.containers['main'];
    const backoffMs = before === undefined ? 0 : backOffMs(before);
    if (before !== undefined) add({ type: 'container.restarting', container: 'main', restartCount: restartCount - 1, backoffMs });
    wallMs += backoffMs;
    add({ type: 'container.created', ...of, containerId: String(restartCount), bootId: 'b', hooksDue: [] });
    wallMs += runMs;
    add({ type: 'container.exited', ...of, exitCode: 1, reason: 'Error', by: 'self' });
    return backoffMs / 1000;
  });
}

describe('the crash back-off (lifecycle.md 10)', () => {
  const times = (n: number, ms: number): readonly number[] => Array.from({ length: n }, () => ms);

  it('of a process that exits at once: nothing, nothing, then 10, 20, 40 … 300 s', () => {
    assert.deepEqual(waits(times(10, 0)), [0, 0, 10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it('is counted from the exit: how long the process ran does not shorten it', () => {
    assert.deepEqual(waits(times(6, 60_000)), [0, 0, 10, 20, 40, 80]);
  });

  it('is forgotten by a run of more than 600 s', () => {
    assert.deepEqual(waits([0, 0, 0, 600_000, 600_001, 0, 0]), [0, 0, 10, 20, 40, 0, 10]);
  });

  it('is 0 or 10 s times a power of 2, at most 300 s, for any runs', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 30 }), (runs) => {
        const allowed = new Set([0, 10, 20, 40, 80, 160, 300]);
        assert.ok(waits(runs).every((wait) => allowed.has(wait)));
      }),
    );
  });
});

describe('imageBackOffMs()', () => {
  it('is 10, 20, 40 … 300 s', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6, 7, 1000].map((failures) => imageBackOffMs(failures) / 1000),
      [10, 20, 40, 80, 160, 300, 300, 300],
    );
  });
});
