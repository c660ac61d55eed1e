import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addMs, type Instant, isReached, msBetween } from '../instant.ts';
import { killMoment, msLeft, nextDeletion, type PodDeletion, stopDeadline } from './deadline.ts';

const start: Instant = { bootId: 'b', monotonicMs: 1000, wallMs: 1_900_000_000_000 };
const after = (seconds: number): Instant => addMs(start, seconds * 1000);
const seconds = (deletion: PodDeletion): number => msBetween(start, deletion.deadline) / 1000;

/** Any grace that the API allows. */
const grace = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const waitMs = fc.integer({ min: 0, max: 2 ** 40 });

describe('nextDeletion()', () => {
  const rows: readonly (readonly [
    string,
    readonly (readonly [number, number])[],
    { readonly grace: number; readonly deadline: number },
  ])[] = [
    ['counts from first sight', [[30, 0]], { grace: 30, deadline: 30 }],
    ['turns 0 into 1', [[0, 0]], { grace: 1, deadline: 1 }],
    [
      'is shortened by a later delete, counted from first sight',
      [
        [30, 0],
        [10, 4],
      ],
      { grace: 10, deadline: 10 },
    ],
    [
      'is never before the delete that shortens it',
      [
        [30, 0],
        [10, 14],
      ],
      { grace: 10, deadline: 14 },
    ],
    [
      'is not lengthened',
      [
        [10, 0],
        [30, 4],
      ],
      { grace: 10, deadline: 10 },
    ],
    [
      'stays as it is when asked for the same again',
      [
        [10, 0],
        [10, 4],
      ],
      { grace: 10, deadline: 10 },
    ],
    [
      'can be shortened again and again',
      [
        [30, 0],
        [20, 1],
        [5, 2],
        [0, 3],
      ],
      { grace: 1, deadline: 3 },
    ],
    ['takes the longest grace there is', [[2 ** 31 - 1, 0]], { grace: 2 ** 31 - 1, deadline: 2 ** 31 - 1 }],
  ];
  for (const [title, deletes, expected] of rows) {
    it(title, () => {
      const last = deletes.reduce<PodDeletion | undefined>((deletion, [asked, at]) => nextDeletion(deletion, asked, after(at)), undefined);
      assert.ok(last !== undefined);
      assert.deepEqual({ grace: last.graceSeconds, deadline: seconds(last) }, expected);
    });
  }

  it('only ever gets nearer, is at least 1 s, and is never before the delete that moved it', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(grace, waitMs), { minLength: 1, maxLength: 6 }), (deletes) => {
        let deletion: PodDeletion | undefined;
        let now = start;
        for (const [asked, wait] of deletes) {
          now = addMs(now, wait);
          const before = deletion;
          deletion = nextDeletion(before, asked, now);
          assert.ok(deletion.graceSeconds >= 1);
          if (before === undefined) assert.ok(msBetween(now, deletion.deadline) === deletion.graceSeconds * 1000);
          else {
            assert.ok(msBetween(deletion.deadline, before.deadline) >= 0, 'it got longer');
            assert.ok(deletion.graceSeconds <= before.graceSeconds);
            if (!isReached(before.deadline, now)) assert.ok(isReached(now, deletion.deadline), 'it lies before the delete');
          }
        }
      }),
    );
  });

  it('gives the same to an agent that asks again', () => {
    fc.assert(
      fc.property(grace, waitMs, (asked, wait) => {
        const deletion = nextDeletion(undefined, asked, start);
        assert.equal(nextDeletion(deletion, asked, addMs(start, wait)), deletion);
      }),
    );
  });
});

describe('killMoment()', () => {
  it('is the deadline, or 2 s after the stop signal when that is later', () => {
    assert.deepEqual(killMoment(after(30), after(10)), after(30));
    assert.deepEqual(killMoment(after(30), after(28)), after(30));
    assert.deepEqual(killMoment(after(30), after(29)), after(31));
    assert.deepEqual(killMoment(after(30), after(90)), after(92));
  });

  it('is never before the deadline, nor sooner than 2 s after the signal, and is one of both', () => {
    fc.assert(
      fc.property(grace, waitMs, (deadlineSeconds, signalledMs) => {
        const deadline = after(deadlineSeconds);
        const signalledAt = addMs(start, signalledMs);
        const moment = killMoment(deadline, signalledAt);
        const [late, sinceSignal] = [msBetween(deadline, moment), msBetween(signalledAt, moment)];
        assert.ok(late >= 0 && sinceSignal >= 2000);
        assert.ok(late === 0 || sinceSignal === 2000);
      }),
    );
  });
});

describe('stopDeadline() and msLeft()', () => {
  it('the nearer deadline counts: the container’s own, or the Pod’s', () => {
    const deletion = nextDeletion(undefined, 10, start);
    assert.deepEqual(stopDeadline(after(5), {}), after(5));
    assert.deepEqual(stopDeadline(after(5), { deleting: deletion }), after(5));
    assert.deepEqual(stopDeadline(after(50), { deleting: deletion }), after(10));
    assert.deepEqual(stopDeadline(after(50), { deleting: deletion, ending: { deadline: after(3) } }), after(3));
  });

  it('what is left is never negative', () => {
    assert.deepEqual([msLeft(after(3), start), msLeft(start, after(3))], [3000, 0]);
  });

  it('a deadline of an earlier boot goes by the wall clock', () => {
    const rebooted: Instant = { bootId: 'other', monotonicMs: 7, wallMs: start.wallMs + 4000 };
    assert.equal(msLeft(after(10), rebooted), 6000);
  });
});
