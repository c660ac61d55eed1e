/** `crashes.test.ts` on real containers: every write of the main stories is once the last one of its agent. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Death } from './crash-agent.ts';
import { CrashLives } from './crash-lives.ts';
import { BOTH_HOOKS, type CrashStory, FAILING_POST_START, HTTP_HOOKS, SLOW_PRE_STOP, TWO_CONTAINERS } from './crash-stories.ts';

/** Stories on containerds of their own, side by side: a life is mostly waiting. */
const SIDE_BY_SIDE = 3;

/**
 * A process is found again, so it is never started twice. An HTTP hook was felt before its outcome is durable: the agent
 * that dies between the two delivers it again, which Kubernetes calls "at least once".
 */
const repeatedAfter = ({ write, moment }: Death, story: CrashStory): number =>
  story === HTTP_HOOKS && write.startsWith('hook.finished') && moment === 'before' ? 1 : 0;

describe('kill -9 of the agent at a write to its journal, on containerd', { concurrency: SIDE_BY_SIDE }, () => {
  for (const story of [SLOW_PRE_STOP, TWO_CONTAINERS, FAILING_POST_START, BOTH_HOOKS, HTTP_HOOKS]) {
    it(`loses no hook, runs none twice and leaves nothing, whichever write it is of: ${story.name}`, async (t) => {
      const lives = await CrashLives.open();
      try {
        const writes = await undisturbed(lives, story);
        ok(writes.length > 10, writes.join(', '));
        for (const [index, write] of writes.entries()) {
          const death: Death = { write, moment: index % 2 === 0 ? 'before' : 'after' };
          deepEqual(await dieAt(lives, story, death), { death, wrongs: [] });
        }
        t.diagnostic(`${writes.length} writes`);
      } finally {
        await lives.close();
      }
    });
  }
});

async function undisturbed(lives: CrashLives, story: CrashStory): Promise<readonly string[]> {
  const life = await lives.begin(story);
  const run = lives.run(life);
  equal(await run.ended(), 0, run.account());
  deepEqual(await lives.wrongsOf(life), [], run.account());
  return [...new Set(run.writes)];
}

async function dieAt(
  lives: CrashLives,
  story: CrashStory,
  death: Death,
): Promise<{ readonly death: Death; readonly wrongs: readonly string[] }> {
  const life = await lives.begin(story);
  const killed = lives.run(life, { dieAt: death });
  equal(await killed.ended(), 'SIGKILL', `${JSON.stringify(death)} ${killed.account()}`);
  const next = lives.run(life);
  const code = await next.ended();
  const wrongs = await lives.wrongsOf(life, repeatedAfter(death, story));
  return { death, wrongs: code === 0 && wrongs.length === 0 ? [] : [`${code}`, ...wrongs, killed.account(), next.account()] };
}
