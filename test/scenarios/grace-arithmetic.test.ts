/**
 * When the stop signal and SIGKILL come, for any grace (0 to 2^31 - 1 s), time that preStop and the container take, second
 * delete, and time in which no agent lives. What must happen is computed here from `lifecycle.md` 6 and 9 and `design.md` 4
 * and 5, apart from the code that does it.
 */
import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { container, exec, pod, Scenario } from './scenario.ts';

interface Stop {
  readonly graceSeconds: number;
  /** Never ends by itself when absent. */
  readonly hookMs?: number | undefined;
  /** From the stop signal; absent: the container ignores it. */
  readonly stopMs?: number | undefined;
  readonly second?: { readonly atMs: number; readonly graceSeconds: number } | undefined;
  /** The agent is killed, and the next one comes so much later. */
  readonly death?: { readonly atMs: number; readonly forMs: number } | undefined;
}

interface Course {
  readonly signalMs: number;
  readonly killMs: number | undefined;
  readonly endMs: number;
}

/** In milliseconds since the delete. */
function expectedCourse({ graceSeconds, hookMs = Infinity, stopMs = Infinity, second, death }: Stop): Course {
  const graceMs = Math.max(graceSeconds, 1) * 1000;
  const secondMs = Math.max(second?.graceSeconds ?? Infinity, 1) * 1000;
  const secondAt = secondMs < graceMs ? (second?.atMs ?? Infinity) : Infinity;
  // A shorter grace counts from the first delete, but never ends before it was asked for, nor after the first one.
  const shortened = Math.min(graceMs, Math.max(secondMs, secondAt));
  const alive = (ms: number): number =>
    death !== undefined && ms >= death.atMs && ms < death.atMs + death.forMs ? death.atMs + death.forMs : ms;
  const due = Math.min(hookMs, graceMs);
  const signalMs = alive(secondAt < due ? Math.min(hookMs, shortened) : due);
  const endsByItself = signalMs + stopMs;
  const killAtFirst = alive(Math.max(graceMs, signalMs + 2000));
  const isShortened = secondAt < Math.min(endsByItself, killAtFirst);
  const killMs = isShortened ? alive(Math.max(shortened, signalMs + 2000, secondAt)) : killAtFirst;
  return killMs < endsByItself ? { signalMs, killMs, endMs: killMs } : { signalMs, killMs: undefined, endMs: endsByItself };
}

async function observedCourse(stop: Stop, untilMs: number): Promise<Course> {
  const { graceSeconds, hookMs, stopMs, second, death } = stop;
  const onSignal = { SIGTERM: stopMs === undefined ? 'ignored' : { afterMs: stopMs, exitCode: 0 } } as const;
  const scenario = new Scenario({ exec: () => (hookMs === undefined ? {} : { takesMs: hookMs }), program: () => ({ onSignal }) });
  const main = container('main', { lifecycle: { preStop: exec('drain') } });
  await scenario.start(pod('demo', [main], { terminationGracePeriodSeconds: graceSeconds }));
  const from = scenario.clock.now().monotonicMs;
  await scenario.delete();
  const steps: readonly (readonly [number, () => Promise<void>])[] = [
    ...(second === undefined ? [] : [[second.atMs, () => scenario.delete(second.graceSeconds)] as const]),
    ...(death === undefined
      ? []
      : [[death.atMs, () => scenario.kill()] as const, [death.atMs + death.forMs, () => scenario.start()] as const]),
  ];
  for (const [atMs, act] of [...steps].sort(([a], [b]) => a - b)) {
    await scenario.clock.advance(from + atMs - scenario.clock.now().monotonicMs);
    await act();
  }
  await scenario.clock.advance(Math.max(0, from + untilMs - scenario.clock.now().monotonicMs));
  const signals = scenario.journal.records.flatMap((record) => (record.type === 'signal.sent' ? [record] : []));
  const atOf = (kill: boolean): number | undefined => {
    const at = signals.find(({ signal }) => (signal === 'SIGKILL') === kill)?.at.monotonicMs;
    return at === undefined ? undefined : at - from;
  };
  const killMs = atOf(true);
  const signalMs = atOf(false) ?? Number.NaN;
  return { signalMs, killMs, endMs: killMs ?? signalMs + (stopMs ?? Number.NaN) };
}

/** Times of one kind never fall on those of another: what happens at one and the same moment has no order to check. */
const tenths = (most: number, offset: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: most }).map((n) => n * 100 + offset);
const graces = fc.constantFrom(0, 1, 2, 3, 10, 30, 45, 1_000_000, 2 ** 31 - 1);

const stops: fc.Arbitrary<Stop> = fc
  .record({
    graceSeconds: graces,
    hookMs: fc.option(tenths(400, 13), { nil: undefined }),
    stopMs: fc.option(tenths(300, 29), { nil: undefined }),
    second: fc.option(fc.record({ atMs: tenths(500, 41), graceSeconds: graces }), { nil: undefined }),
    death: fc.option(fc.record({ atMs: tenths(500, 57), forMs: tenths(300, 71) }), { nil: undefined }),
  })
  // Nobody waits 68 years, not even on a manual clock: what never ends is tried with a grace that does.
  .filter(({ graceSeconds, hookMs, stopMs }) => graceSeconds < 100 || (hookMs !== undefined && stopMs !== undefined))
  // A delete that nobody is there to take.
  .filter(
    ({ second, death }) =>
      second === undefined || death === undefined || second.atMs < death.atMs || second.atMs > death.atMs + death.forMs,
  );

describe('the grace of a delete', () => {
  it('gives preStop, the stop signal and SIGKILL their moments, whatever is cut short and whoever dies', async () => {
    await fc.assert(
      fc.asyncProperty(stops, async (stop) => {
        const expected = expectedCourse(stop);
        deepEqual(await observedCourse(stop, expected.endMs + 60_000), expected);
      }),
      { numRuns: 300 },
    );
  });
});
