/** A part of a volume, mounted where nobody but the agent can change the way to it (`subpath_linux.go` `doBindSubPath`). */
import type { Stats } from 'node:fs';
import { lstat, mkdir, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HostMounts } from '../ports/host-mounts.ts';
import { makeBeneath, type Opened, openBeneath } from './open-beneath.ts';

export interface SubPathMount {
  /** Host path of the volume. */
  readonly volume: string;
  /** Below the volume; a directory that is missing is made with the volume's mode. */
  readonly path: string;
  /** Where it is mounted: a path that only the agent can write. */
  readonly target: string;
}

/** Idempotent; resolves once `target` shows it. What a target showed before, and shows no more, is taken away. */
export async function bindSubPath(mounts: HostMounts, { volume, path, target }: SubPathMount): Promise<void> {
  if ((await stat(join(volume, path)).catch(() => undefined)) === undefined) {
    await makeBeneath(volume, path, (await stat(volume)).mode & 0o7777);
  }
  const opened = await openBeneath(volume, path);
  try {
    if (!(await isMountedAlready(mounts, opened, target))) await mountAt(mounts, opened, target);
  } finally {
    await opened.close();
  }
}

async function isMountedAlready(mounts: HostMounts, { stat: wanted }: Opened, target: string): Promise<boolean> {
  for (const path of await mounts.within(target)) {
    if (path === target && isSame(await stat(target), wanted)) return true;
    await mounts.unmount(path);
  }
  return false;
}

async function mountAt(mounts: HostMounts, opened: Opened, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  await removePlaceholder(target);
  // A file stands for everything that is no directory: sockets, devices, pipes.
  if (opened.stat.isDirectory()) await mkdir(target, { mode: 0o700 });
  else await writeFile(target, '', { flag: 'wx', mode: 0o600 });
  await mounts.bind(opened.path, target);
  if (isSame(await stat(target), opened.stat)) return;
  await mounts.unmount(target);
  throw new Error(`"${target}" shows something else than was opened`);
}

/** Of an earlier mount, perhaps of the other kind. Never more than an empty directory: nothing that is mounted is removed. */
async function removePlaceholder(target: string): Promise<void> {
  const found = await lstat(target).catch(() => undefined);
  if (found !== undefined) await (found.isDirectory() ? rmdir(target) : unlink(target));
}

const isSame = (a: Stats, b: Stats): boolean => a.dev === b.dev && a.ino === b.ino;
