/** containerd dies, or stands still for three seconds, inside every kind of call that the agent makes. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CallName, Disturbance } from './call-watch.ts';
import { CrashLives } from './crash-lives.ts';
import type { CrashRun } from './crash-run.ts';
import { RESTARTED } from './crash-stories.ts';

/** `exec.follow` begins with the start of the process, and goes on with the wait for its end. */
const MOMENTS: readonly (readonly [string, CallName, 'half of it' | number])[] = [
  ['RunPodSandbox', 'cri.runPodSandbox', 'half of it'],
  ['CreateContainer', 'cri.createContainer', 'half of it'],
  ['StartContainer', 'cri.startContainer', 'half of it'],
  ['RemoveContainer', 'cri.removeContainer', 'half of it'],
  ['StopPodSandbox', 'cri.stopPodSandbox', 'half of it'],
  ['RemovePodSandbox', 'cri.removePodSandbox', 'half of it'],
  ['ListPodSandbox', 'cri.listSandboxes', 'half of it'],
  ['ListContainers', 'cri.listContainers', 'half of it'],
  ['ImageStatus', 'cri.imageId', 'half of it'],
  ['the making of an exec', 'exec.create', 'half of it'],
  ['the start of an exec', 'exec.follow', 20],
  ['the wait for an exec', 'exec.follow', 250],
  ['the removal of an exec', 'exec.remove', 'half of it'],
  ['a stop signal', 'signals.kill', 'half of it'],
  ['the question for an image’s stop signal', 'signals.imageStopSignal', 'half of it'],
];

/** `kill-calls.test.ts` kills it there at five moments each. */
const KILLED_ELSEWHERE = ['RunPodSandbox', 'CreateContainer', 'StartContainer'];

/** An exec whose start is cut off may have begun, and nobody can learn how it ends: it is ended, and delivered again. */
const repeatedAfter = ({ call, how }: Disturbance): number => (how === 'kill' && call === 'exec.follow' ? 1 : 0);

const HOWS = [
  ['kill', 'is killed with kill -9'],
  ['stop', 'stands still for three seconds'],
] as const;

describe('containerd inside a call', { concurrency: HOWS.length }, () => {
  for (const [how, what] of HOWS) {
    it(`${what}: no hook is lost, and nothing is left behind, whichever call it is`, async (t) => {
      const lives = await CrashLives.open();
      try {
        const usualMs = await usualTimes(lives);
        const moments = MOMENTS.filter(([name]) => how === 'stop' || !KILLED_ELSEWHERE.includes(name));
        for (const [name, call, moment] of moments) {
          const afterMs = moment === 'half of it' ? (usualMs.get(call) ?? Number.NaN) / 2 : moment;
          ok(afterMs > 0, `${call} is never made`);
          deepEqual(await disturbed(lives, { call, how, afterMs }), { wrongs: [] }, name);
        }
        t.diagnostic(`${moments.length} calls`);
      } finally {
        await lives.close();
      }
    });
  }
});

/** The shortest of each call: half of it is within the others too. */
async function usualTimes(lives: CrashLives): Promise<ReadonlyMap<CallName, number>> {
  const life = await lives.begin(RESTARTED);
  const run = lives.run(life);
  equal(await run.ended(), 0, run.account());
  deepEqual(await lives.wrongsOf(life), [], run.account());
  const times = new Map<CallName, number>();
  for (const line of run.lines) if (line.type === 'call') times.set(line.call, Math.min(line.ms, times.get(line.call) ?? line.ms));
  return times;
}

/** A call that is answered sooner than usual is met at half of that moment, in another life. */
async function disturbed(lives: CrashLives, disturb: Disturbance): Promise<{ readonly wrongs: readonly string[] }> {
  const life = await lives.begin(RESTARTED);
  const run: CrashRun = lives.run(life, { disturb });
  const code = await run.ended();
  const wrongs = [...(code === 0 ? [] : [`the agent ended with ${code}`]), ...(await lives.wrongsOf(life, repeatedAfter(disturb)))];
  if (wrongs.length > 0) return { wrongs: [...wrongs, run.account()] };
  if (run.lines.some(({ type }) => type === 'disturbed')) return { wrongs };
  const { afterMs } = disturb;
  if (afterMs === 0) return { wrongs: ['containerd was left alone', run.account()] };
  return disturbed(lives, { ...disturb, afterMs: afterMs > 0.2 ? afterMs / 2 : 0 });
}
