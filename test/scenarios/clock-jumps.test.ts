/** Somebody sets the clock, or a time server does, while Pods live: only what is shown to people changes. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JournalRecord } from '../../src/core/journal-record.ts';
import { checkHistory } from './check-history.ts';
import { checkDeeds, leftBehind } from './check-world.ts';
import type { Story } from './play.ts';
import { container, describeRecord, exec, pod, Scenario } from './scenario.ts';
import { STORIES } from './stories.ts';

/** A crash back-off is forgotten after ten minutes, by the dates of records: jumps further ahead may cut one short. */
const FIVE_MINUTES_MS = 300_000;
const JUMPS_MS = [FIVE_MINUTES_MS, -FIVE_MINUTES_MS] as const;
const YEARS_MS = 50 * 365 * 24 * 3_600_000;
const STEP_MS = 500;

/** What happens without any jump, and when: by the clock that nobody can set. Events show dates, and so are left out. */
function watched(scenario: Scenario): readonly string[] {
  const lines: string[] = [];
  scenario.journal.onRecord(({ record }) => {
    if (record.type !== 'event') lines.push(`${scenario.clock.now().monotonicMs} ${describeRecord(record)}`);
  });
  return lines;
}

/** Plays a story to its end; the wall clock jumps after `atMs`. */
async function playJumping(story: Story, jump?: { readonly atMs: number; readonly ms: number }): Promise<readonly string[]> {
  const scenario = new Scenario(story.script);
  for (const [address, receiver] of Object.entries(story.receivers ?? {})) scenario.http.receive(address, receiver);
  const lines = watched(scenario);
  await scenario.start(...story.pods);
  const isDue = (elapsedMs: number) => story.deletes.filter(({ atMs }) => atMs === elapsedMs);
  for (let elapsedMs = 0; elapsedMs < 60_000 && (elapsedMs === 0 || scenario.source.list().length > 0); elapsedMs += STEP_MS) {
    if (jump?.atMs === elapsedMs) await scenario.clock.jumpWall(jump.ms);
    for (const { graceSeconds } of isDue(elapsedMs)) await scenario.delete(graceSeconds);
    await scenario.clock.advance(STEP_MS);
  }
  await scenario.clock.advance(10_000);
  deepEqual([...checkHistory(scenario.journal.records), ...checkDeeds(scenario.runtime.world.deeds), ...leftBehind(scenario)], []);
  return lines;
}

describe('a wall clock that jumps', () => {
  for (const story of STORIES) {
    it(`changes no moment of: ${story.name}`, async () => {
      const undisturbed = await playJumping(story);
      ok(undisturbed.at(-1)?.endsWith('pod.removed'), undisturbed.at(-1));
      const lastMs = Math.max(...story.deletes.map(({ atMs }) => atMs)) + 6000;
      for (let atMs = 0; atMs <= lastMs; atMs += STEP_MS) {
        for (const ms of JUMPS_MS) deepEqual({ atMs, ms, lines: await playJumping(story, { atMs, ms }) }, { atMs, ms, lines: undisturbed });
      }
    });
  }

  const crashing = { program: () => ({ endsAfterMs: 1000, exitCode: 1 }) };
  for (const ms of JUMPS_MS) {
    it(`neither stretches nor cuts the back-off of a restart: ${ms} ms`, async () => {
      const starts = async (jumpMs: number): Promise<readonly string[]> => {
        const scenario = new Scenario(crashing);
        const lines = watched(scenario);
        await scenario.start(pod('demo', [container('main')]));
        await scenario.clock.advance(4000);
        await scenario.clock.jumpWall(jumpMs);
        // An agent that begins anew knows of the wait from the journal only.
        await scenario.kill();
        const afterwards = watched(scenario);
        await scenario.start(pod('demo', [container('main')]));
        await scenario.clock.advance(60_000);
        return [...lines, ...afterwards].filter((line) => line.endsWith('container.started'));
      };
      const undisturbed = await starts(0);
      equal(undisturbed.length, 4);
      deepEqual(await starts(ms), undisturbed);
    });

    it(`neither stretches nor cuts the wait for an image: ${ms} ms`, async () => {
      const pulls = async (jumpMs: number): Promise<readonly string[]> => {
        const scenario = new Scenario({ images: [], pull: () => ({ takesMs: 100, error: 'no route' }) });
        const lines = watched(scenario);
        await scenario.start(pod('demo', [container('main')]));
        await scenario.clock.advance(3000);
        await scenario.clock.jumpWall(jumpMs);
        await scenario.clock.advance(60_000);
        return lines.filter((line) => line.endsWith('image.pulling'));
      };
      const undisturbed = await pulls(0);
      equal(undisturbed.length, 3);
      deepEqual(await pulls(ms), undisturbed);
    });

    it(`keeps the stored deadline of a stop, while no agent lives too: ${ms} ms`, async () => {
      const signals = async (jumpMs: number): Promise<readonly string[]> => {
        const scenario = new Scenario({
          program: () => ({ onSignal: { SIGTERM: 'ignored' } }),
          exec: ([name]) => (name === 'stop' ? {} : { takesMs: 0 }),
        });
        await scenario.start(pod('demo', [container('main', { lifecycle: { preStop: exec('stop') } })]));
        await scenario.clock.advance(1000);
        await scenario.delete(10);
        await scenario.clock.advance(3000);
        await scenario.kill();
        await scenario.clock.jumpWall(jumpMs);
        await scenario.clock.advance(2000);
        const lines = watched(scenario);
        await scenario.start();
        await scenario.clock.advance(20_000);
        deepEqual(checkHistory(scenario.journal.records), []);
        return lines.filter((line) => / (hook\.finished|signal\.sent|container\.exited)/.test(line));
      };
      const undisturbed = await signals(0);
      equal(undisturbed.length, 4);
      deepEqual(await signals(ms), undisturbed);
    });

    it(`leaves no outlived instance behind its successor: ${ms} ms`, async () => {
      const scenario = new Scenario({ program: (_name, restarts) => (restarts === 0 ? { endsAfterMs: 1000, exitCode: 1 } : {}) });
      await scenario.start(pod('demo', [container('main')]));
      await scenario.clock.advance(1000);
      await scenario.clock.jumpWall(ms);
      await scenario.clock.advance(3000);
      equal(scenario.runtime.world.containers.size, 1);
    });
  }
});

describe('a reboot into a wall clock that starts over', () => {
  const types = (records: readonly JournalRecord[]): readonly string[] => records.map(({ type }) => type);

  it('in the middle of a back-off: the container starts at once', async () => {
    const scenario = new Scenario({ program: (_name, restarts) => (restarts < 2 ? { endsAfterMs: 1000, exitCode: 1 } : {}) });
    const crashing = pod('demo', [container('main')]);
    await scenario.start(crashing);
    await scenario.clock.advance(3000);
    equal(types(scenario.journal.records).at(-2), 'container.restarting');
    await scenario.reboot(-YEARS_MS);
    await scenario.start(crashing);
    equal(types(scenario.journal.records).at(-1), 'container.ready');
    deepEqual(checkHistory(scenario.journal.records), []);
  });

  it('in the middle of a preStop: nothing is due any more, and the Pod goes', async () => {
    const scenario = new Scenario({ exec: () => ({ takesMs: 5000 }) });
    await scenario.start(pod('demo', [container('main', { lifecycle: { preStop: exec('stop') } })]));
    await scenario.delete();
    await scenario.clock.advance(1000);
    await scenario.reboot(-YEARS_MS);
    await scenario.start();
    await scenario.clock.advance(5000);
    equal(types(scenario.journal.records).at(-1), 'pod.removed');
    deepEqual([...checkHistory(scenario.journal.records), ...leftBehind(scenario)], []);
  });
});
