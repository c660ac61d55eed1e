/** The cgroup of a container as the host sees it, v1 and v2 alike. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostPaths } from '../../src/ports/host-paths.ts';

const ROOT = '/sys/fs/cgroup';
export const isCgroupV2 = existsSync(join(ROOT, 'cgroup.controllers'));

export class ContainerCgroup {
  readonly #path: string;

  constructor(paths: Pick<HostPaths, 'cgroupParent'>, containerId: string) {
    this.#path = join(paths.cgroupParent, containerId);
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
