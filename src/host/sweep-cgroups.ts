import { join } from 'node:path';
import { CLASS_CGROUPS, uidOfPodCgroup } from '../model/pod-cgroup.ts';
import type { Clock } from '../ports/clock.ts';
import type { SweptLeftover } from '../ports/leftover-sweep.ts';
import { killAll, pidsWithin, removeCgroup, subdirectories } from './cgroup-tree.ts';

export interface CgroupSweep {
  /** Mount points of the hierarchies. */
  readonly roots: readonly string[];
  readonly cgroupParent: string;
  readonly clock: Clock;
}

/** What the runtime still knows of; everything else below our parent is a leftover. */
export interface LivingCgroups {
  /** A sandbox or container: its cgroup is named by its id. */
  lives(id: string): boolean;
  /** A Pod that has a sandbox: its cgroup is named by its uid. */
  hasSandbox(uid: string): boolean;
}

/** Kills what runs in the cgroups below our parent that belong to nobody, then removes them in every hierarchy. */
export async function sweepCgroups({ roots, cgroupParent, clock }: CgroupSweep, living: LivingCgroups): Promise<readonly SweptLeftover[]> {
  const dead = (await Promise.all(roots.map((root) => deadBelow(join(root, cgroupParent), living)))).flat();
  const swept: SweptLeftover[] = (await killAll(dead, clock)).map((pid) => ({ kind: 'process', name: String(pid) }));
  for (const dir of dead) {
    if (await removeCgroup(dir)) swept.push({ kind: 'cgroup', name: dir });
  }
  return swept;
}

/** Below the parent lie classes and Pods, below a class Pods, below a Pod what the runtime made for it. */
async function deadBelow(dir: string, living: LivingCgroups): Promise<readonly string[]> {
  const found = await Promise.all(
    (await subdirectories(dir)).map(async (name): Promise<readonly string[]> => {
      const path = join(dir, name);
      if (CLASS_CGROUPS.includes(name)) return deadBelow(path, living);
      const uid = uidOfPodCgroup(name);
      if (uid !== undefined) return deadOfPod(path, living, living.hasSandbox(uid));
      return living.lives(name) ? [] : [path];
    }),
  );
  return found.flat();
}

/** A container that lives keeps its Pod's cgroup, whatever became of the sandbox. */
async function deadOfPod(dir: string, { lives }: LivingCgroups, hasSandbox: boolean): Promise<readonly string[]> {
  const ids = await subdirectories(dir);
  if (!hasSandbox && !ids.some(lives)) return [dir];
  return ids.filter((id) => !lives(id)).map((id) => join(dir, id));
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
