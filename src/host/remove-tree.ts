import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';

/**
 * Removes a directory and what is in it; none there is no error. Follows no symbolic link and enters no other device:
 * the directory of a mount is refused before anything in it is touched (`device`: the one
 * to stay on, that of `dir` unless given). The caller made sure that no container runs
 * that could swap a directory for a link meanwhile.
 */
export async function removeTree(dir: string, device?: number): Promise<void> {
  const stat = lstatSync(dir, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory()) throw new HookletError('hostLacks', `Cannot remove "${dir}": it is not a directory`);
  await removeOnDevice(dir, device ?? stat.dev);
}

async function removeOnDevice(dir: string, device: number): Promise<void> {
  const stat = lstatSync(dir, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (stat.dev !== device)
    throw new HookletError('hostLacks', `Cannot remove "${dir}": another file system is mounted there; unmount it first`);
  try {
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) await removeOnDevice(path, device);
      else unlinkSync(path);
    }
    rmdirSync(dir);
  } catch (error) {
    if (error instanceof HookletError) throw error;
    throw new HookletError('hostLacks', `Cannot remove "${dir}": ${messageOf(error)}`, { cause: error });
  }
  await setImmediate(); // images hold tens of thousands of files: let the rest of the program run
}
