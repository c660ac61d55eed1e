import { join } from 'node:path';
import { cgroupRoots, parseMountTable } from './mount-table.ts';

/** The controllers that limit containers. */
export const neededControllers = ['memory', 'cpu', 'pids'] as const;

/**
 * The version runc will use, and the needed controllers there are. With v1 each hierarchy names its controllers in its
 * mount options; a v2 hierarchy beside them ("hybrid") is for systemd alone. `read` gives a file, or '' when there is none.
 */
export function cgroupControllers(
  mountinfo: string,
  read: (path: string) => string,
): { readonly version: 1 | 2 | undefined; readonly controllers: readonly string[] } {
  const mounts = parseMountTable(mountinfo);
  const roots = new Set(cgroupRoots(mounts));
  const v1 = mounts.filter(({ fsType, mountPoint }) => fsType === 'cgroup' && roots.has(mountPoint));
  if (v1.length > 0) {
    const offered = new Set(v1.flatMap(({ superOptions }) => superOptions.split(',')));
    return { version: 1, controllers: neededControllers.filter((name) => offered.has(name)) };
  }
  const v2 = mounts.find(({ fsType, mountPoint }) => fsType === 'cgroup2' && roots.has(mountPoint));
  if (v2 === undefined) return { version: undefined, controllers: [] };
  const offered = read(join(v2.mountPoint, 'cgroup.controllers')).trim().split(' ');
  return { version: 2, controllers: neededControllers.filter((name) => offered.includes(name)) };
}
