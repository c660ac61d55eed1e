/**
 * What limits and weighs a cgroup, in the files of either version (kernel: admin-guide/cgroup-v1, cgroup-v2.rst).
 *
 * They are no files on a disk: the kernel answers at once. So nothing here waits, and nothing comes in between.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { boundShares, cpuWeight, MIN_SHARES } from '../model/cpu-bandwidth.ts';
import type { PodCgroupResources } from '../model/pod-cgroup.ts';
import { neededControllers } from './cgroup-controllers.ts';
import type { CgroupHierarchies } from './cgroup-hierarchies.ts';

/** `sumOfChildren`: as much as the cgroups in it do; `least`: as little as the kernel lets it. */
export type Weight = 'least' | 'sumOfChildren';

/** Paths are relative to the root of a hierarchy, and begin with a slash. */
export interface CgroupLimits {
  /** Makes a cgroup and those above it, wherever it will be limited. */
  make(path: string): void;
  set(path: string, resources: PodCgroupResources): void;
  /** None there is no error. */
  weigh(path: string, weight: Weight): void;
  /** There are cgroups in it that were made here. True also where that cannot be told. */
  holds(path: string): boolean;
}

export const cgroupLimits = (hierarchies: CgroupHierarchies): CgroupLimits =>
  hierarchies.version === 1 ? new CgroupV1Limits(hierarchies) : new CgroupV2Limits(hierarchies.roots[0]);

class CgroupV1Limits implements CgroupLimits {
  readonly #cpu: string | undefined;
  readonly #memory: string | undefined;
  readonly #roots: ReadonlySet<string>;

  constructor({ cpu, memory }: CgroupHierarchies & { readonly version: 1 }) {
    this.#cpu = cpu;
    this.#memory = memory;
    this.#roots = new Set([cpu, memory].filter((root) => root !== undefined));
  }

  /** In the other hierarchies the runtime makes it with its first container. */
  make(path: string): void {
    for (const root of this.#roots) makePath(root, path);
  }

  set(path: string, { cpuShares, cpuPeriod, cpuQuota, memoryLimitBytes }: PodCgroupResources): void {
    if (this.#cpu !== undefined) {
      const cpu = join(this.#cpu, path);
      write(cpu, 'cpu.shares', cpuShares);
      if (cpuQuota > 0) {
        write(cpu, 'cpu.cfs_period_us', cpuPeriod);
        write(cpu, 'cpu.cfs_quota_us', cpuQuota);
      }
    }
    if (this.#memory !== undefined && memoryLimitBytes > 0) write(join(this.#memory, path), 'memory.limit_in_bytes', memoryLimitBytes);
  }

  weigh(path: string, weight: Weight): void {
    if (this.#cpu === undefined) return;
    const dir = join(this.#cpu, path);
    if (!existsSync(dir)) return;
    write(dir, 'cpu.shares', weight === 'least' ? MIN_SHARES : boundShares(sumOfChildren(dir, 'cpu.shares')));
  }

  holds(path: string): boolean {
    return this.#roots.size === 0 || [...this.#roots].some((root) => children(join(root, path)).length > 0);
  }
}

/** A cgroup has a controller's files once the one above hands the controller down. */
class CgroupV2Limits implements CgroupLimits {
  readonly #root: string;
  /** Of those that are needed. */
  readonly #offered: ReadonlySet<string>;

  constructor(root: string) {
    this.#root = root;
    const all = readOrEmpty(join(root, 'cgroup.controllers')).split(/\s+/);
    this.#offered = new Set(neededControllers.filter((name) => all.includes(name)));
  }

  make(path: string): void {
    makePath(this.#root, path, (above) => this.#handDown(above));
  }

  set(path: string, { cpuShares, cpuPeriod, cpuQuota, memoryLimitBytes }: PodCgroupResources): void {
    const dir = join(this.#root, path);
    if (this.#offered.has('cpu')) {
      write(dir, 'cpu.weight', cpuWeight(cpuShares));
      if (cpuQuota > 0) write(dir, 'cpu.max', `${cpuQuota} ${cpuPeriod}`);
    }
    if (this.#offered.has('memory') && memoryLimitBytes > 0) write(dir, 'memory.max', memoryLimitBytes);
  }

  weigh(path: string, weight: Weight): void {
    const dir = join(this.#root, path);
    if (!this.#offered.has('cpu') || !existsSync(dir)) return;
    write(dir, 'cpu.weight', weight === 'least' ? 1 : Math.min(Math.max(sumOfChildren(dir, 'cpu.weight'), 1), 10_000));
  }

  holds(path: string): boolean {
    return children(join(this.#root, path)).length > 0;
  }

  #handDown(dir: string): void {
    const has = readOrEmpty(join(dir, 'cgroup.subtree_control')).split(/\s+/);
    const lacks = [...this.#offered].filter((name) => !has.includes(name));
    if (lacks.length > 0) write(dir, 'cgroup.subtree_control', lacks.map((name) => `+${name}`).join(' '));
  }
}

/**
 * The root is there. `handDown` is called for each directory before one is made in it. One after the other, and not
 * recursively: Node tries for ever where making a directory fails as if the one above it were not there, as in /proc.
 */
function makePath(root: string, path: string, handDown: (dir: string) => void = () => {}): void {
  let dir = root;
  for (const name of path.split('/').filter((part) => part !== '')) {
    handDown(dir);
    dir = join(dir, name);
    if (!existsSync(dir)) makeUnlessThere(dir);
  }
}

/** The runtime makes some of them too. */
function makeUnlessThere(dir: string): void {
  try {
    mkdirSync(dir);
  } catch (error) {
    if (!existsSync(dir)) throw error;
  }
}

/** What goes meanwhile counts for nothing. */
const sumOfChildren = (dir: string, file: string): number =>
  children(dir).reduce((sum, name) => sum + Number(readOrEmpty(join(dir, name, file))), 0);

function children(dir: string): readonly string[] {
  try {
    return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const write = (dir: string, file: string, value: number | string): void => writeFileSync(join(dir, file), String(value));
