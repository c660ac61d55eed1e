import { readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { addMs, isReached } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { SweptLeftover } from '../ports/leftover-sweep.ts';

export interface CgroupSweep {
  /** Mount points of the hierarchies. */
  readonly roots: readonly string[];
  readonly cgroupParent: string;
  readonly clock: Clock;
}

/** A process in uninterruptible sleep may take long to die; the next sweep finds what is left. */
const killWithinMs = 5000;
const pollMs = 5;

/**
 * Kills what runs in the cgroups below our parent that `lives` denies, then removes them in every hierarchy. A cgroup
 * is named by the id of its sandbox or container.
 */
export async function sweepCgroups(
  { roots, cgroupParent, clock }: CgroupSweep,
  lives: (id: string) => boolean,
): Promise<readonly SweptLeftover[]> {
  const parents = roots.map((root) => join(root, cgroupParent));
  const dead = (await Promise.all(parents.map((parent) => deadChildren(parent, lives)))).flat();
  const swept = await killAll(dead, clock);
  for (const dir of dead) {
    if (await removeCgroup(dir)) swept.push({ kind: 'cgroup', name: dir });
  }
  return swept;
}

/** Removes the parent itself where nothing is left in it: the kernel refuses otherwise. */
export async function removeCgroupParent({ roots, cgroupParent }: Omit<CgroupSweep, 'clock'>): Promise<readonly SweptLeftover[]> {
  const swept: SweptLeftover[] = [];
  for (const root of roots) {
    const parent = join(root, cgroupParent);
    if (await removeCgroup(parent)) swept.push({ kind: 'cgroup', name: parent });
  }
  return swept;
}

/** The processes of all cgroups below our parent. */
export async function livingPids(sweep: Omit<CgroupSweep, 'clock'>): Promise<readonly number[]> {
  const pids = new Set<number>();
  for (const root of sweep.roots) for (const pid of await pidsWithin(join(root, sweep.cgroupParent))) pids.add(pid);
  return [...pids];
}

async function deadChildren(parent: string, lives: (id: string) => boolean): Promise<string[]> {
  return (await subdirectories(parent)).filter((name) => !lives(name)).map((name) => join(parent, name));
}

async function killAll(dirs: readonly string[], clock: Clock): Promise<SweptLeftover[]> {
  const killed = new Set<number>();
  const deadline = addMs(clock.now(), killWithinMs);
  // Again and again: a process may fork while the others are being killed.
  while (!isReached(deadline, clock.now())) {
    const pids = (await Promise.all(dirs.map(pidsWithin))).flat();
    if (pids.length === 0) break;
    for (const pid of pids) if (killNow(pid)) killed.add(pid);
    await clock.waitUntil(addMs(clock.now(), pollMs), NEVER);
  }
  return [...killed].map((pid) => ({ kind: 'process', name: String(pid) }));
}

const NEVER = new AbortController().signal;

function killNow(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false; // it ended by itself
  }
}

async function pidsWithin(dir: string): Promise<number[]> {
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

async function removeCgroup(dir: string): Promise<boolean> {
  for (const name of await subdirectories(dir)) await removeCgroup(join(dir, name));
  return rmdir(dir).then(
    () => true,
    () => false,
  );
}

async function subdirectories(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
