import { mkdtemp, open, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runToEnd } from './hooklet.ts';

/** A file system of so many MiB, gone with everything on it after `work`. */
export async function onSmallDisk(sizeMiB: number, work: (disk: string) => Promise<void>): Promise<void> {
  const disk = await mkdtemp(join(tmpdir(), 'hooklet-e2e-disk-'));
  const mounted = await runToEnd('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', disk]);
  if (mounted.code !== 0) throw new Error(mounted.stderr);
  try {
    await work(disk);
  } finally {
    await runToEnd('umount', [disk]);
    await rmdir(disk); // fails, and so tells, when it is still mounted
  }
}

/** Writes until nothing fits any more; returns the way to free it all again. */
export async function fill(disk: string): Promise<() => Promise<void>> {
  const path = join(disk, 'filler');
  const filler = await open(path, 'w');
  try {
    for (;;) await filler.writeFile(Buffer.alloc(4 * 1024 ** 2));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    return () => rm(path);
  } finally {
    await filler.close();
  }
}
