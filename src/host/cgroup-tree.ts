/** Directories of cgroup hierarchies, and the end of what runs in them. v1 and v2 alike. */
import { readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { addMs, isReached } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';

/** A process in uninterruptible sleep may take long to die; who asks again finds what is left. */
const killWithinMs = 5000;
const pollMs = 5;

/** Kills everything in the given cgroups and below. Resolves with what was killed once nothing is left, or after a while. */
export async function killAll(dirs: readonly string[], clock: Clock): Promise<readonly number[]> {
  const killed = new Set<number>();
  const deadline = addMs(clock.now(), killWithinMs);
  // Again and again: a process may fork while the others are being killed.
  while (!isReached(deadline, clock.now())) {
    const pids = (await Promise.all(dirs.map(pidsWithin))).flat();
    if (pids.length === 0) break;
    for (const pid of pids) if (killNow(pid)) killed.add(pid);
    await clock.waitUntil(addMs(clock.now(), pollMs), NEVER);
  }
  return [...killed];
}

const NEVER = new AbortController().signal;

function killNow(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false; // it ended by itself
  }
}

export async function pidsWithin(dir: string): Promise<number[]> {
  const own = await readFile(join(dir, 'cgroup.procs'), 'utf8').catch(() => '');
  const below = await Promise.all((await subdirectories(dir)).map((name) => pidsWithin(join(dir, name))));
  return [
    ...own
      .split('\n')
      .filter((line) => line !== '')
      .map(Number),
    ...below.flat(),
  ];
}

/** With all below it. False when it was not there, or the kernel refused: somebody is in it. */
export async function removeCgroup(dir: string): Promise<boolean> {
  for (const name of await subdirectories(dir)) await removeCgroup(join(dir, name));
  return rmdir(dir).then(
    () => true,
    () => false,
  );
}

export async function subdirectories(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
