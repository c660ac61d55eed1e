/** The cgroup of a container, or of its Pod, as the host sees it, v1 and v2 alike. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { HostPaths } from '../../src/ports/host-paths.ts';

const ROOT = '/sys/fs/cgroup';
export const isCgroupV2 = existsSync(join(ROOT, 'cgroup.controllers'));

export class ContainerCgroup {
  readonly #path: string;

  /** `name`: the container's id, or any directory's below the parent. */
  constructor({ cgroupParent }: Pick<HostPaths, 'cgroupParent'>, name: string) {
    const path = find(isCgroupV2 ? ROOT : join(ROOT, 'memory'), cgroupParent, name);
    if (path === undefined) throw new Error(`there is no cgroup ${name} below ${cgroupParent}`);
    this.#path = path;
  }

  /** As /proc/<pid>/cgroup has it. */
  get path(): string {
    return this.#path;
  }

  /** The Pod's. */
  pod(): ContainerCgroup {
    return new ContainerCgroup({ cgroupParent: dirname(dirname(this.#path)) }, basename(dirname(this.#path)));
  }

  /** The first process of the container. */
  firstPid(): number {
    const pids = this.pids();
    // Process 1 of its own PID namespace: the last number of NSpid is what the process itself sees.
    const first = pids.find((pid) => /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
    if (first === undefined) throw new Error(`no first process among ${pids.join(', ')} of ${this.#path}`);
    return first;
  }

  pids(): readonly number[] {
    return this.#read('memory', 'cgroup.procs')
      .split('\n')
      .filter((line) => line !== '')
      .map(Number);
  }

  memoryUsage(): number {
    return Number(isCgroupV2 ? this.#read('memory', 'memory.current') : this.#read('memory', 'memory.usage_in_bytes'));
  }

  memoryLimit(): number {
    return Number(isCgroupV2 ? this.#read('memory', 'memory.max') : this.#read('memory', 'memory.limit_in_bytes'));
  }

  /** Microseconds of CPU time in each period of so many microseconds. */
  cpuQuota(): { readonly quota: number; readonly period: number } {
    if (isCgroupV2) {
      const [quota, period] = this.#read('cpu', 'cpu.max').split(' ').map(Number);
      return { quota: quota ?? Number.NaN, period: period ?? Number.NaN };
    }
    return { quota: Number(this.#read('cpu', 'cpu.cfs_quota_us')), period: Number(this.#read('cpu', 'cpu.cfs_period_us')) };
  }

  /** cgroup v2 has weights, for which runc turns 2…262144 into 1…10000. */
  cpuShares(): number {
    return Number(isCgroupV2 ? this.#read('cpu', 'cpu.weight') : this.#read('cpu', 'cpu.shares'));
  }

  #read(controller: string, file: string): string {
    const path = isCgroupV2 ? join(ROOT, this.#path, file) : join(ROOT, controller, this.#path, file);
    return readFileSync(path, 'utf8').trim();
  }
}

function find(root: string, parent: string, name: string): string | undefined {
  const names = cgroupsIn(join(root, parent));
  if (names.includes(name)) return join(parent, name);
  return names.map((one) => find(root, join(parent, one), name)).find((path) => path !== undefined);
}

/** None of what has just gone. */
export function cgroupsIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}
