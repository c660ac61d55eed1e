/**
 * One file a delivery: `<directory>/<uid>/<container>.<restartCount>.<hook>.<attempt>`, 0600 below 0700.
 *
 * 1. A file is whole or absent: it is written beside its place, synced, renamed, and the directory is synced.
 * 2. No name reaches a path before it was checked.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { boundKept, type DeliveryKey, type HookOutputStore, type KeptOutput } from '../ports/hook-output.ts';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import { decodeKeptOutput, encodeKeptOutput } from './hook-output-format.ts';

/** Pod uids are no DNS labels everywhere (a static Pod's is a hash), but never need more than this. */
const uidPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$/;
/** A container's name is a DNS label (RFC 1123). */
const containerPattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export class HookOutputFiles implements HookOutputStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async write(key: DeliveryKey, output: KeptOutput): Promise<void> {
    const file = this.#fileOf(key);
    const bytes = encodeKeptOutput({ stdout: boundKept(output.stdout), stderr: boundKept(output.stderr) });
    const temporary = `${file}.${randomUUID()}.new`;
    try {
      // The directory above is synced too when this is the Pod's first output.
      const made = await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeSynced(temporary, bytes);
      await rename(temporary, file);
      await syncDirectory(dirname(file));
      if (made !== undefined) await syncDirectory(this.#directory);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw unwritable(file, error);
    }
  }

  async read(key: DeliveryKey): Promise<KeptOutput | undefined> {
    const file = this.#fileOf(key);
    try {
      return decodeKeptOutput(await readFile(file));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw new HookletError(
        'hostLacks',
        `reading the hook output '${file}' failed: ${messageOf(error)}; remove the file if it is damaged`,
        {
          cause: error,
        },
      );
    }
  }

  async removePod(uid: string): Promise<void> {
    const directory = this.#directoryOf(uid);
    try {
      await rm(directory, { recursive: true, force: true });
    } catch (error) {
      throw unwritable(directory, error);
    }
  }

  #directoryOf(uid: string): string {
    if (!uidPattern.test(uid)) throw new HookletError('badInput', `the Pod uid ${JSON.stringify(uid)} cannot name a directory`);
    return join(this.#directory, uid);
  }

  #fileOf({ uid, container, restartCount, hook, attempt }: DeliveryKey): string {
    const directory = this.#directoryOf(uid);
    const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
    if (!containerPattern.test(container) || !isCount(restartCount) || !isCount(attempt) || !(hook === 'postStart' || hook === 'preStop')) {
      const named = JSON.stringify({ container, restartCount, hook, attempt });
      throw new HookletError('badInput', `the delivery ${named} cannot name a file`);
    }
    return join(directory, `${container}.${restartCount}.${hook}.${attempt}`);
  }
}

async function writeSynced(file: string, bytes: Buffer): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
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

const isMissing = (error: unknown): boolean => (error as { readonly code?: unknown } | null)?.code === 'ENOENT';

const unwritable = (path: string, error: unknown): HookletError =>
  new HookletError('journalUnwritable', `writing the hook output '${path}' failed: ${messageOf(error)}; free space on its file system`, {
    cause: error,
    retry: 'later',
  });
