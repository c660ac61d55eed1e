import { cgroupRoots, parseMountTable } from './mount-table.ts';

/** Where the machine's cgroups are. */
export type CgroupHierarchies =
  | {
      readonly version: 1;
      /** Every hierarchy: a container has a cgroup in each. */
      readonly roots: readonly string[];
      /** Those that limit a Pod; undefined where the kernel has none. */
      readonly cpu: string | undefined;
      readonly memory: string | undefined;
    }
  | { readonly version: 2; readonly roots: readonly [string] };

/** Undefined where there are no cgroups. A v2 hierarchy beside those of v1 ("hybrid") limits nothing. */
export function cgroupHierarchies(mountinfo: string): CgroupHierarchies | undefined {
  const mounts = parseMountTable(mountinfo);
  const roots = cgroupRoots(mounts);
  const v1 = mounts.filter(({ fsType, mountPoint }) => fsType === 'cgroup' && roots.includes(mountPoint));
  const withController = (name: string) => v1.find(({ superOptions }) => superOptions.split(',').includes(name))?.mountPoint;
  if (v1.length > 0) return { version: 1, roots, cpu: withController('cpu'), memory: withController('memory') };
  const [root] = roots;
  return root === undefined ? undefined : { version: 2, roots: [root] };
}
