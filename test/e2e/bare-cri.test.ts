/**
 * The hooks on a runtime that offers CRI and nothing more: what is the same as with containerd's own services, and what
 * it costs. `docs/runtimes.md` says so in words.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CrashLives, type Life } from '../crash/crash-lives.ts';
import type { CrashRun } from '../crash/crash-run.ts';
import {
  BOTH_HOOKS,
  type CrashStory,
  DEMANDING_HOOKS,
  ENDS_BY_ITSELF,
  FAILING_POST_START,
  HTTP_HOOKS,
  LONG_POST_START,
  SLEEP_HOOKS,
  SLOW_PRE_STOP,
  TWO_CONTAINERS,
} from '../crash/crash-stories.ts';

describe('a runtime that offers bare CRI', () => {
  let lives: CrashLives;
  before(async () => {
    lives = await CrashLives.open();
  });
  after(() => lives.close());

  async function lived(story: CrashStory, bareCri: boolean): Promise<{ readonly life: Life; readonly run: CrashRun }> {
    const life = await lives.begin(story);
    const run = lives.run(life, { bareCri });
    equal(await run.ended(), 0, run.account());
    deepEqual(await lives.wrongsOf(life), [], run.account());
    return { life, run };
  }

  /** Two containers go side by side: their order is nobody's promise. */
  const writesOf = ({ writes }: CrashRun, container: string): readonly string[] =>
    writes.filter((key) => !/ [ab](?:\/|$)/.test(key) || key.includes(` ${container}/`));
  const finished = (life: Life, hook: string) =>
    lives.records(life).flatMap((record) => (record.type === 'hook.finished' && record.hook === hook ? [record] : []));
  const callsOf = (run: CrashRun): readonly string[] => run.lines.flatMap((line) => (line.type === 'call' ? [line.call] : []));

  for (const story of [BOTH_HOOKS, FAILING_POST_START, SLOW_PRE_STOP, TWO_CONTAINERS, SLEEP_HOOKS, HTTP_HOOKS]) {
    it(`delivers the hooks in the same order, with nothing left: ${story.name}`, async () => {
      const bare = await lived(story, true);
      const whole = await lived(story, false);
      for (const container of ['a', 'b']) deepEqual(writesOf(bare.run, container), writesOf(whole.run, container));
      deepEqual(
        callsOf(bare.run).filter((call) => !call.startsWith('cri.')),
        [],
      );
    });
  }

  it('keeps what a hook said', async () => {
    const { life } = await lived(BOTH_HOOKS, true);
    for (const hook of ['postStart', 'preStop']) {
      const { stdout } = await lives.hooklet.command('hooks', 'output', life.pod, '-c', 'main', '--hook', hook);
      equal(stdout, `main ${hook} says\n`);
    }
  });

  it('sees by looking once a second that a container has ended', async () => {
    const { life, run } = await lived(ENDS_BY_ITSELF, true);
    const exited = lives.records(life).find(({ type }) => type === 'container.exited');
    const tookMs = Date.parse(exited?.time ?? '') - statSync(join(lives.hooksDir, `${life.pod}.ended`)).mtimeMs;
    ok(tookMs < 1500, `${tookMs} ms; ${run.account()}`);
  });

  it('runs a hook again that was in flight when the agent was killed', async () => {
    const life = await lives.begin(LONG_POST_START);
    const killed = lives.run(life, { bareCri: true });
    await lives.untilFelt(life, 'begin b postStart');
    await killed.kill();
    const next = lives.run(life, { bareCri: true });
    equal(await next.ended(), 0, next.account());
    deepEqual(await lives.wrongsOf(life, 1), [], next.account());
    deepEqual(
      finished(life, 'postStart').map(({ container, attempt, outcome }) => [container, attempt, outcome]),
      [
        ['a', 1, 'succeeded'],
        ['b', 2, 'succeeded'],
      ],
    );
    // The process of the first delivery died with its call; it has never come to its end.
    deepEqual(
      (await lives.effects(life)).filter((line) => line.includes('b postStart')).map((line) => line.split(' ')[0]),
      ['begin', 'begin', 'end'],
    );
  });

  it('waits for the children of a hook, and fails one that writes more than 16 MiB', async () => {
    const bare = await lived(DEMANDING_HOOKS, true);
    const whole = await lived(DEMANDING_HOOKS, false);
    ok((finished(bare.life, 'postStart')[0]?.durationMs ?? 0) >= 2000);
    ok((finished(whole.life, 'postStart')[0]?.durationMs ?? Number.POSITIVE_INFINITY) < 2000);
    const [failed] = finished(bare.life, 'preStop');
    equal(failed?.outcome, 'failed');
    match(failed?.reason ?? '', /larger than max/);
    equal(finished(whole.life, 'preStop')[0]?.outcome, 'succeeded');
  });
});
