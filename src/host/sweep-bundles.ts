import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SweptLeftover } from '../ports/leftover-sweep.ts';
import { type Mount, mountsWithin } from './mount-table.ts';
import { removeTree } from './remove-tree.ts';

/** Where containerd keeps what a shim needs to run a container. */
export const bundlesDir = (runDir: string): string => join(runDir, 'state', 'io.containerd.runtime.v2.task', 'k8s.io');

/**
 * Removes the bundles of containers that `lives` denies. containerd makes the bundle first and the task last: one that
 * was killed in between finds a bundle without a task, refuses to make the task ("already exists"), and removes the
 * container without it.
 */
export async function sweepBundles(runDir: string, mounts: readonly Mount[], lives: (id: string) => boolean): Promise<readonly SweptLeftover[]> {
  const swept: SweptLeftover[] = [];
  for (const id of await readdir(bundlesDir(runDir)).catch((): string[] => [])) {
    const bundle = join(bundlesDir(runDir), id);
    if (lives(id) || mountsWithin(mounts, bundle).length > 0) continue;
    const isRemoved = await removeTree(bundle).then(
      () => true,
      () => false,
    );
    if (isRemoved) swept.push({ kind: 'bundle', name: id });
  }
  return swept;
}
