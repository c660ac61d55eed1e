/**
 * Paths inside a volume. Whoever may write there can swap any part of a path for a symbolic link at any moment, and the
 * agent is root: so a path is looked up once, must then lie in the volume, and is opened one part at a time, following
 * nothing. From there on only what was opened is used, as `/proc/<pid>/fd/<n>`, never the path.
 *
 * Rule: `pkg/volume/util/subpath/subpath_linux.go` (CVE-2017-1002101, CVE-2021-25741).
 */
import { constants, type Stats } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Missing in Node's constants; the same number on x86 and Arm. What is opened is only pointed to: no device wakes up. */
const O_PATH = 0o10000000;

const A_DIRECTORY = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

export interface Opened {
  /** Leads to what was opened, for this process and its children, until it is closed. */
  readonly path: string;
  readonly stat: Stats;
  close(): Promise<void>;
}

/** Rejects with a plain error when `path` does not exist, leaves `base`, or is being changed. */
export async function openBeneath(base: string, path: string): Promise<Opened> {
  const root = await realpath(base);
  return opened(await openParts(root, partsWithin(root, await realpath(join(root, path)))));
}

/** The directory at `path`, made with its parents where they are missing; those get exactly `mode`. */
export async function makeBeneath(base: string, path: string, mode: number): Promise<void> {
  const root = await realpath(base);
  const { existing, missing } = await existingPart(root, path.split('/').filter(isName));
  let handle = await openParts(root, partsWithin(root, existing));
  try {
    for (const name of missing) handle = await makeDirectory(handle, name, mode);
  } finally {
    await handle.close();
  }
}

const isName = (part: string): boolean => part !== '' && part !== '.';

/** How to get from `root` to `path`, both without links. */
function partsWithin(root: string, path: string): readonly string[] {
  const parts = relative(root, path).split('/').filter(isName);
  if (parts[0] === '..') throw new Error(`"${path}" is not within "${root}"`);
  return parts;
}

async function existingPart(
  root: string,
  parts: readonly string[],
): Promise<{ readonly existing: string; readonly missing: readonly string[] }> {
  for (let count = parts.length; count > 0; count -= 1) {
    const existing = await realpath(join(root, ...parts.slice(0, count))).catch(unlessMissing);
    if (existing !== undefined) return { existing, missing: parts.slice(count) };
  }
  return { existing: root, missing: parts };
}

function unlessMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

/** The last part may be of any kind but a link. */
async function openParts(root: string, parts: readonly string[]): Promise<FileHandle> {
  let handle = await open(root, A_DIRECTORY);
  for (const [index, part] of parts.entries()) {
    const flags = index === parts.length - 1 ? O_PATH | constants.O_NOFOLLOW : A_DIRECTORY;
    handle = await step(handle, () => open(`${pathOf(handle)}/${part}`, flags));
  }
  return handle;
}

async function makeDirectory(parent: FileHandle, name: string, mode: number): Promise<FileHandle> {
  return step(parent, async () => {
    const at = `${pathOf(parent)}/${name}`;
    const isNew = await mkdir(at, { mode }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
        return false;
      },
    );
    const made = await open(at, A_DIRECTORY);
    // The mode of mkdir is cut by the umask.
    if (isNew) await chmod(pathOf(made), mode);
    return made;
  });
}

/** From one directory to the next: the first is closed, whatever happens. */
async function step(from: FileHandle, next: () => Promise<FileHandle>): Promise<FileHandle> {
  try {
    return await next();
  } finally {
    await from.close();
  }
}

async function opened(handle: FileHandle): Promise<Opened> {
  try {
    const stat = await handle.stat();
    // Opened without following it: then the link itself is what is open.
    if (stat.isSymbolicLink()) throw new Error('a symbolic link appeared in the path');
    return { path: `/proc/${process.pid}/fd/${handle.fd}`, stat, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

const pathOf = (handle: FileHandle): string => `/proc/self/fd/${handle.fd}`;
