/**
 * Pod cgroups as directories of cgroupfs, v1 and v2 (`pkg/kubelet/cm/pod_container_manager_linux.go`,
 * `qos_container_manager_linux.go`). Made here: the parent of all, a directory for each class, one for each Pod, with
 * what limits them. The runtime makes the rest.
 *
 * C1 Nothing waits between looking whether a class or the parent is empty and removing it: no Pod comes in between.
 * C2 Nothing is remembered: the weight of a class is what its Pods weigh, read from the kernel. Another agent goes on.
 * C3 The parent and the classes go with the last Pod.
 */
import { existsSync, rmdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { podUid } from '../model/name-rules.ts';
import type { Pod } from '../model/pod.ts';
import { CLASS_CGROUPS, podCgroupName, podCgroupResources } from '../model/pod-cgroup.ts';
import type { Clock } from '../ports/clock.ts';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { PodCgroups } from '../ports/pod-cgroups.ts';
import { cgroupHierarchies } from './cgroup-hierarchies.ts';
import { type CgroupLimits, cgroupLimits, type Weight } from './cgroup-limits.ts';
import { killAll, pidsWithin, removeCgroup } from './cgroup-tree.ts';

export interface CgroupfsPodCgroupsParts {
  /** Below each hierarchy. */
  readonly cgroupParent: string;
  readonly clock: Clock;
  /** /proc/self/mountinfo */
  readonly readMountTable?: () => Promise<string>;
}

interface Found {
  readonly roots: readonly string[];
  readonly limits: CgroupLimits;
}

/** Burstable Pods weigh together what each of them does; BestEffort Pods as little as the kernel lets them. */
const WEIGHTS: Readonly<Record<string, Weight>> = { burstable: 'sumOfChildren', besteffort: 'least' };

export class CgroupfsPodCgroups implements PodCgroups {
  readonly #parent: string;
  readonly #clock: Clock;
  readonly #readMountTable: () => Promise<string>;
  #known: Found | undefined;

  constructor({ cgroupParent, clock, readMountTable = () => readFile('/proc/self/mountinfo', 'utf8') }: CgroupfsPodCgroupsParts) {
    this.#parent = cgroupParent;
    this.#clock = clock;
    this.#readMountTable = readMountTable;
  }

  async setUp({ spec, metadata: { uid } }: Pod): Promise<void> {
    refusePath(uid);
    const { limits } = await this.#found();
    const name = podCgroupName(spec, uid);
    explained(`Cannot make the cgroup "${this.#parent}/${name}"`, () => {
      const path = join(this.#parent, name);
      limits.make(path);
      limits.set(path, podCgroupResources(spec));
      const ofClass = CLASS_CGROUPS.find((one) => name.startsWith(`${one}/`));
      if (ofClass !== undefined) limits.weigh(join(this.#parent, ofClass), WEIGHTS[ofClass] ?? 'sumOfChildren');
    });
  }

  async tearDown(uid: string): Promise<void> {
    refusePath(uid);
    const { roots, limits } = await this.#found();
    const places = ['', ...CLASS_CGROUPS].map((ofClass) => join(this.#parent, ofClass));
    await this.#end(roots.flatMap((root) => places.map((place) => join(root, place, `pod${uid}`))));
    explained(`Cannot put the cgroups in order without Pod ${uid}`, () => {
      for (const place of places.toReversed()) {
        // The runtime may be about to make a Pod's cgroup in a hierarchy where it is the first to do so.
        if (!limits.holds(place)) for (const root of roots) removeIfEmpty(join(root, place));
      }
      limits.weigh(join(this.#parent, 'burstable'), 'sumOfChildren');
    });
  }

  /** Mostly the runtime has left them empty; what it left is killed first. */
  async #end(dirs: readonly string[]): Promise<void> {
    const left = await this.#unremoved(dirs);
    if (left.length === 0) return;
    await killAll(left, this.#clock);
    const held = await this.#unremoved(left);
    const pids = (await Promise.all(held.map(pidsWithin))).flat();
    if (pids.length > 0)
      throw new HookletError(
        'runtimeFailed',
        `Cannot remove the cgroup "${held[0]}": its processes ${[...new Set(pids)].join(', ')} do not end`,
      );
  }

  async #unremoved(dirs: readonly string[]): Promise<readonly string[]> {
    const left = await Promise.all(dirs.map(async (dir) => ((await removeCgroup(dir)) || !existsSync(dir) ? [] : [dir])));
    return left.flat();
  }

  async #found(): Promise<Found> {
    if (this.#known !== undefined) return this.#known;
    const hierarchies = cgroupHierarchies(await this.#readMountTable());
    if (hierarchies === undefined) throw new HookletError('runtimeFailed', 'This machine has no cgroups; mount /sys/fs/cgroup');
    this.#known = { roots: hierarchies.roots, limits: cgroupLimits(hierarchies) };
    return this.#known;
  }
}

function explained(what: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new HookletError('runtimeFailed', `${what}: ${messageOf(error)}`, { cause: error });
  }
}

function removeIfEmpty(dir: string): void {
  try {
    rmdirSync(dir);
  } catch {
    // not there, or the runtime uses it
  }
}

function refusePath(uid: string): void {
  if (podUid(uid) !== undefined) throw new HookletError('runtimeFailed', `Pod uid ${JSON.stringify(uid)} cannot name a cgroup`);
}
