import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ProbeOutcome } from './probe-outcome.ts';
import type { ProbeKind, ProbeResult } from './probe-standing.ts';
import { counted, countFrom, INITIAL_RESULT, type ThresholdRule } from './thresholds.ts';

type Attempt = ProbeOutcome['result'];

const rule = (kind: ProbeKind, successThreshold: number, failureThreshold: number): ThresholdRule => ({
  kind,
  successThreshold,
  failureThreshold,
});

/** What stands after each attempt. */
function standings(
  attempts: readonly Attempt[],
  by: ThresholdRule,
  standing: ProbeResult = INITIAL_RESULT[by.kind],
): readonly ProbeResult[] {
  let count = countFrom(standing);
  return attempts.map((attempt) => {
    count = counted(count, attempt, by);
    return count.standing;
  });
}

/** Looks back at all attempts each time, instead of counting. */
function modelled(attempts: readonly Attempt[], by: ThresholdRule, initial: ProbeResult): readonly ProbeResult[] {
  const told: ProbeResult[] = [];
  let standing = initial;
  let isHeld = false;
  attempts.forEach((_, index) => {
    const known = attempts.slice(0, index + 1).filter((attempt) => attempt !== 'unknown');
    const good = (attempt: Attempt | undefined): boolean => attempt === 'success' || attempt === 'warning';
    const endsWith = (length: number, isGood: boolean): boolean =>
      known.length >= length && known.slice(-length).every((attempt) => good(attempt) === isGood);
    if (!isHeld && attempts[index] !== 'unknown') {
      if (endsWith(by.successThreshold, true)) standing = 'success';
      else if (endsWith(by.failureThreshold, false)) standing = 'failure';
      const isResult = endsWith(by.successThreshold, true) || endsWith(by.failureThreshold, false);
      isHeld = isResult && (by.kind === 'startup' || (by.kind === 'liveness' && standing === 'failure'));
    }
    told.push(standing);
  });
  return told;
}

describe('counted()', () => {
  const CASES: readonly (readonly [what: string, by: ThresholdRule, attempts: readonly Attempt[], standing: readonly ProbeResult[]])[] = [
    ['a readiness probe succeeds at once', rule('readiness', 1, 3), ['success'], ['success']],
    ['a success threshold is reached', rule('readiness', 3, 3), ['success', 'success', 'success'], ['failure', 'failure', 'success']],
    [
      'a failure in between starts the row over',
      rule('readiness', 2, 3),
      ['success', 'failure', 'success', 'success'],
      ['failure', 'failure', 'failure', 'success'],
    ],
    [
      'a liveness probe fails at its threshold, and what comes after that is not heard',
      rule('liveness', 1, 2),
      ['failure', 'failure', 'success'],
      ['success', 'failure', 'failure'],
    ],
    ['a liveness probe goes on after a success', rule('liveness', 1, 1), ['success', 'failure'], ['success', 'failure']],
    ['a startup probe is over with its success', rule('startup', 1, 1), ['success', 'failure'], ['success', 'success']],
    [
      'a startup probe is over with its failure',
      rule('startup', 1, 2),
      ['failure', 'failure', 'success'],
      ['unknown', 'failure', 'failure'],
    ],
    [
      'an error of the prober leaves the row as it is',
      rule('readiness', 2, 1),
      ['success', 'unknown', 'success'],
      ['failure', 'failure', 'success'],
    ],
    ['a warning is a success', rule('readiness', 2, 1), ['success', 'warning'], ['failure', 'success']],
    [
      'ready, unready, ready',
      rule('readiness', 1, 2),
      ['success', 'failure', 'failure', 'success'],
      ['success', 'success', 'failure', 'success'],
    ],
  ];
  for (const [what, by, attempts, expected] of CASES) it(`${what}`, () => deepEqual(standings(attempts, by), expected));

  it('goes on from what an earlier agent had found out', () => {
    deepEqual(standings(['failure', 'failure'], rule('readiness', 1, 2), 'success'), ['success', 'failure']);
  });

  it('says the same as a look back at all attempts', () => {
    const attempt = fc.constantFrom<Attempt>('success', 'failure', 'warning', 'unknown');
    const kind = fc.constantFrom<ProbeKind>('startup', 'readiness', 'liveness');
    const threshold = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 30 }), kind, threshold, threshold, (attempts, of, successes, failures) => {
        const by = rule(of, of === 'readiness' ? successes : 1, failures);
        deepEqual(standings(attempts, by), modelled(attempts, by, INITIAL_RESULT[of]));
      }),
    );
  });

  it('is on hold exactly when nothing more is to be asked', () => {
    const after = (kind: ProbeKind, attempt: Attempt): boolean =>
      counted(countFrom(INITIAL_RESULT[kind]), attempt, rule(kind, 1, 1)).isOnHold;
    equal(after('startup', 'success') && after('startup', 'failure') && after('liveness', 'failure'), true);
    equal(
      after('startup', 'unknown') || after('liveness', 'success') || after('readiness', 'success') || after('readiness', 'failure'),
      false,
    );
  });
});
