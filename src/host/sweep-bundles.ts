import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SweptLeftover } from '../ports/leftover-sweep.ts';
import { type Mount, mountsWithin } from './mount-table.ts';
import { removeTree } from './remove-tree.ts';

/** Where containerd keeps what a shim needs to run a container. */
export const bundlesDir = (runDir: string): string => join(runDir, 'state', 'io.containerd.runtime.v2.task', 'k8s.io');
/** Where runc keeps what it knows of a container that it made. */
export const runcStateDir = (runDir: string): string => join(runDir, 'runc', 'k8s.io');

/**
 * Removes the directories of containers that `lives` denies, once their processes are dead. containerd makes a
 * container's bundle first and its task last: one that was killed in between finds the bundle without a task, refuses to
 * make the task ("already exists"), and removes the container without its bundle. Nobody then tells runc either.
 */
export async function sweepBundles(
  runDir: string,
  mounts: readonly Mount[],
  lives: (id: string) => boolean,
): Promise<readonly SweptLeftover[]> {
  const swept: SweptLeftover[] = [];
  for (const dir of [bundlesDir(runDir), runcStateDir(runDir)]) {
    for (const id of await readdir(dir).catch((): string[] => [])) {
      if (lives(id) || mountsWithin(mounts, join(dir, id)).length > 0) continue;
      const isRemoved = await removeTree(join(dir, id)).then(
        () => true,
        () => false,
      );
      if (isRemoved) swept.push({ kind: 'bundle', name: join(dir, id) });
    }
  }
  return swept;
}
