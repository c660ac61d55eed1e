/**
 * Keys on disk: 0600 below 0700.
 *
 * 1. A file is whole or absent: it is written beside its place, synced, renamed, and the directory is synced.
 * 2. No name reaches a path before it was checked, and no symbolic link is followed at its end: whoever could place one
 *    would read or overwrite with our rights.
 * 3. Modes are judged on the open file, not on the name, which may be exchanged in between.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import { isPrivateFileName, type PrivateFiles } from '../ports/private-files.ts';

/** A key has hundreds of bytes, a kubeconfig a few thousand. */
const MAX_BYTES = 1024 * 1024;
const OTHERS = 0o077;

export class OwnerOnlyFiles implements PrivateFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async read(name: string): Promise<string | undefined> {
    const file = this.#fileOf(name);
    let handle: FileHandle | undefined;
    try {
      handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      await this.#judge(file, handle);
      return await handle.readFile('utf8');
    } catch (error) {
      if (error instanceof HookletError) throw error;
      if (codeOf(error) === 'ENOENT') return undefined;
      const why = codeOf(error) === 'ELOOP' ? 'it is a symbolic link' : messageOf(error);
      throw new HookletError('hostLacks', `Cannot read "${file}": ${why}; put the file itself there, or remove it`, { cause: error });
    } finally {
      await handle?.close();
    }
  }

  async write(name: string, text: string): Promise<void> {
    const file = this.#fileOf(name);
    const aside = `${file}.${randomUUID()}.new`;
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      // The mode of mkdir is cut by the umask, and says nothing of what was there.
      await chmod(this.#directory, 0o700);
      await writeSynced(aside, text);
      await rename(aside, file);
      await syncDirectory(this.#directory);
    } catch (error) {
      await rm(aside, { force: true }).catch(() => {});
      throw new HookletError('hostLacks', `Cannot write "${file}": ${messageOf(error)}; look at the disk of the state directory`, {
        cause: error,
      });
    }
  }

  async #judge(file: string, handle: FileHandle): Promise<void> {
    const found = await handle.stat();
    const refuse = (why: string): HookletError =>
      new HookletError('hostLacks', `Cannot use "${file}": ${why}; remove it, or if nobody else ever read it: chmod 600 it`);
    if (!found.isFile()) throw refuse('it is no plain file');
    if (found.size > MAX_BYTES) throw refuse(`it has ${found.size} bytes, more than ${MAX_BYTES}`);
    if ((found.mode & OTHERS) !== 0) throw refuse(`others than its owner may use it (mode ${(found.mode & 0o777).toString(8)})`);
    if (found.uid !== 0 && found.uid !== process.geteuid?.()) throw refuse(`it belongs to another user (uid ${found.uid})`);
  }

  #fileOf(name: string): string {
    if (!isPrivateFileName(name)) throw new HookletError('badInput', `${JSON.stringify(name)} cannot name a private file`);
    return join(this.#directory, name);
  }
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a rename in it durable. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown } | null)?.code;
