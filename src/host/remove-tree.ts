import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import { mountsWithin, parseMountTable } from './mount-table.ts';

/** Removed in one go, some milliseconds; then the rest of the program runs. */
const BATCH = 200;

/**
 * Removes a directory and what is in it; none there is no error. Follows no symbolic link, and touches nothing when
 * anything is mounted at or below it: what is mounted is not ours. A mount that appears meanwhile is not entered where it
 * is another device (`device`: the one to stay on, that of `dir` unless given). The caller made sure that no container
 * runs that could swap a directory for a link meanwhile.
 */
export async function removeTree(dir: string, device?: number): Promise<void> {
  const stat = lstatSync(dir, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory())
    throw new HookletError('hostLacks', `Cannot remove "${dir}": it is not a directory; look at what it is, and remove it by hand`);
  // A bind mount has the device of what it shows: only the table of mounts tells of it.
  const [mount] = mountsWithin(parseMountTable(await readFile('/proc/self/mountinfo', 'utf8')), await realpath(dir));
  if (mount !== undefined) throw isMounted(mount.mountPoint);
  await removeOnDevice(dir, device ?? stat.dev);
}

const isMounted = (dir: string): HookletError =>
  new HookletError('hostLacks', `Cannot remove "${dir}": something is mounted there; unmount it first`);

async function removeOnDevice(dir: string, device: number): Promise<void> {
  const stat = lstatSync(dir, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (stat.dev !== device) throw isMounted(dir);
  try {
    for (const [index, entry] of readdirSync(dir, { withFileTypes: true }).entries()) {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) await removeOnDevice(path, device);
      else unlinkSync(path);
      if (index % BATCH === BATCH - 1) await setImmediate();
    }
    rmdirSync(dir);
  } catch (error) {
    if (error instanceof HookletError) throw error;
    throw new HookletError(
      'hostLacks',
      `Cannot remove "${dir}": ${messageOf(error)}; end what uses it or remove it by hand, then try again`,
      {
        cause: error,
      },
    );
  }
  await setImmediate(); // images hold tens of thousands of directories
}
