/** How often the kernel killed a process of a container for want of memory: a counter of its memory cgroup. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The file that tells the counter of the cgroup in which `pid` runs, cgroup v1 or v2; undefined when there is none.
 * proc(5), cgroups(7): v1 has the line `oom_kill` in memory.oom_control, v2 in memory.events.
 */
export function oomFileOf(pid: number, proc = '/proc'): string | undefined {
  try {
    const groups = readFileSync(join(proc, String(pid), 'cgroup'), 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
    const mounts = readFileSync(join(proc, 'self/mountinfo'), 'utf8').split('\n');
    const v1 = groups.find(([, controllers]) => controllers?.split(',').includes('memory'))?.[2];
    const v2 = groups.find(([id]) => id === '0')?.[2];
    if (v1 !== undefined)
      return below(mounts, (type, options) => type === 'cgroup' && options.split(',').includes('memory'), v1, 'memory.oom_control');
    return v2 === undefined ? undefined : below(mounts, (type) => type === 'cgroup2', v2, 'memory.events');
  } catch {
    return undefined;
  }
}

function below(
  mounts: readonly string[],
  wanted: (type: string, options: string) => boolean,
  path: string,
  file: string,
): string | undefined {
  for (const mount of mounts) {
    const [before = '', after = ''] = mount.split(' - ');
    const [, , , root = '/', mountPoint = ''] = before.split(' ');
    const [type = '', , options = ''] = after.split(' ');
    // In a container the mount shows only the part of the hierarchy below `root`.
    if (wanted(type, options)) return join(mountPoint, root !== '/' && path.startsWith(root) ? path.slice(root.length) : path, file);
  }
  return undefined;
}

/** Undefined when the cgroup is gone (its container has ended) or does not count. */
export function readOomKills(file: string): number | undefined {
  try {
    const line = readFileSync(file, 'utf8')
      .split('\n')
      .find((text) => text.startsWith('oom_kill '));
    return line === undefined ? undefined : Number(line.slice('oom_kill '.length));
  } catch {
    return undefined;
  }
}
