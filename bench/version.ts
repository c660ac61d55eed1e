/** How long a user waits for the smallest command: from the spawn to the exit, with a warm cache of compiled code. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Build } from './builds.ts';
import type { PartResult } from './measure.ts';

/** The first run compiles and fills the caches, the second finds them. */
const WARM_UP = 2;

export interface VersionOptions {
  readonly builds: readonly Build[];
  readonly times: number;
  readonly signal: AbortSignal;
  readonly progress: (what: string) => void;
}

export async function measureVersion({ builds, times, signal, progress }: VersionOptions): Promise<PartResult> {
  const values = new Map<Build, number[]>(builds.map((build) => [build, []]));
  for (const build of builds) for (let run = 0; run < WARM_UP; run += 1) await timeOf(build);
  progress(`hooklet --version: ${times} times each`);
  for (let run = 0; run < times; run += 1) {
    for (const build of builds) {
      signal.throwIfAborted();
      values.get(build)?.push(await timeOf(build));
    }
  }
  return {
    part: 'version',
    command: 'npm run bench -- version',
    measures: builds.map((build) => ({
      name: `hooklet --version (${build.name})`,
      unit: 'ms',
      values: values.get(build) ?? [],
      goal: { of: 'median', max: 150 },
    })),
  };
}

async function timeOf({ program, env }: Build): Promise<number> {
  const from = performance.now();
  const child = spawn(program, ['--version'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${program} --version ended with ${code}`);
  return performance.now() - from;
}
