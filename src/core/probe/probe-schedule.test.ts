import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addMs, type Instant, msBetween } from '../instant.ts';
import { firstAttemptAt, nextTick } from './probe-schedule.ts';

const now: Instant = { bootId: 'b', monotonicMs: 500_000, wallMs: 1_900_000_000_000 };

interface Case {
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly startedMsAgo?: number;
  readonly agentStartedMsAgo?: number;
  readonly random?: number;
}

const waitMs = (given: Case): number =>
  msBetween(
    now,
    firstAttemptAt({
      probe: { periodSeconds: given.periodSeconds ?? 10, initialDelaySeconds: given.initialDelaySeconds ?? 0 },
      startedAtWallMs: now.wallMs - (given.startedMsAgo ?? 0),
      now,
      agentStartedAt: addMs(now, -(given.agentStartedMsAgo ?? 60_000)),
      random: given.random ?? 0.5,
    }),
  );

describe('firstAttemptAt()', () => {
  const CASES: readonly (readonly [what: string, given: Case, waitMs: number])[] = [
    ['at once', {}, 0],
    ['when the initial delay is over', { initialDelaySeconds: 5, startedMsAgo: 2_000 }, 3_000],
    ['at once when the initial delay has passed', { initialDelaySeconds: 5, startedMsAgo: 9_000 }, 0],
    ['no later than after the delay, though the wall clock was set back', { initialDelaySeconds: 5, startedMsAgo: -60_000 }, 5_000],
    ['somewhere in its period, for a container that the agent has found', { startedMsAgo: 9_000, agentStartedMsAgo: 1_000 }, 5_000],
    ['at once, for a container that the agent has started', { startedMsAgo: 500, agentStartedMsAgo: 1_000 }, 0],
    ['at once, for an agent that is older than the period', { startedMsAgo: 90_000, agentStartedMsAgo: 10_000 }, 0],
    ['at the later of the two', { initialDelaySeconds: 20, startedMsAgo: 9_000, agentStartedMsAgo: 1_000 }, 11_000],
  ];
  for (const [what, given, expected] of CASES) it(`is ${what}`, () => equal(waitMs(given), expected));
});

describe('nextTick()', () => {
  const at = (ms: number): Instant => addMs(now, ms);

  it('is a period after an attempt that began with its tick', () => {
    deepEqual(nextTick(now, 1000, at(0)), at(1000));
    deepEqual(nextTick(now, 1000, at(3000)), at(4000));
  });

  it('is the first one that fell into an attempt', () => deepEqual(nextTick(now, 1000, at(1500)), at(2000)));

  it('is on the grid, after the beginning of the attempt, and no more than a period after it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 10_000_000 }), (seconds, beganMs) => {
        const tickMs = msBetween(now, nextTick(now, seconds * 1000, at(beganMs)));
        equal(tickMs % (seconds * 1000), 0);
        ok(tickMs > beganMs && tickMs <= beganMs + seconds * 1000);
      }),
    );
  });
});
