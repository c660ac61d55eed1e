/**
 * Files that change all at once (`pkg/volume/util/atomic_writer.go`):
 *
 *   <directory>/..2026_01_31_12_00_00.123456/a    what there is
 *   <directory>/..data -> ..2026_01_31_…          which of them counts: swapped by one rename
 *   <directory>/a -> ..data/a                     what users open
 *
 * 1. Whoever reads through one look-up of `..data` sees one generation, whole.
 * 2. A new generation is complete, modes and owners too, before `..data` leads to it; the old one goes afterwards.
 * 3. What a killed agent left half done (a directory that nothing leads to, a `..data_tmp`) goes with the next write.
 * 4. One writer at a time; readers may be many.
 */
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, normalize } from 'node:path';

export interface VolumeFile {
  readonly data: Uint8Array;
  /** 0 to 0o777. */
  readonly mode: number;
  /** The user that shall read it; absent: root. */
  readonly uid?: number;
}

/** By path, relative to the volume. */
export type VolumeFiles = ReadonlyMap<string, VolumeFile>;

export interface WriteOptions {
  /** The group that may read every file and enter every directory; absent: as the modes say. */
  readonly fsGroup?: number;
  /** For the name of the generation. */
  readonly nowWallMs: number;
}

const DATA = '..data';
const NEXT_DATA = '..data_tmp';
const MAX_PATH_BYTES = 4096;
const MAX_NAME_BYTES = 255;

/** True when something was written: the files were others before. Throws a plain error for a path that is not allowed. */
export async function writeAtomically(directory: string, given: VolumeFiles, options: WriteOptions): Promise<boolean> {
  const files = cleaned(given);
  const before = await currentGeneration(directory);
  if (before !== undefined && (await holdsExactly(join(directory, before), files))) return false;
  const generation = await newGeneration(directory, options);
  try {
    await writeGeneration(generation, files, options.fsGroup);
    await linkNames(directory, files);
    await lead(directory, generation);
  } catch (error) {
    // A full disk would get fuller with every try.
    await rm(generation, { recursive: true, force: true });
    throw error;
  }
  await removeOthers(directory, files);
  return true;
}

async function lead(directory: string, generation: string): Promise<void> {
  const next = join(directory, NEXT_DATA);
  await rm(next, { force: true });
  await symlink(basename(generation), next);
  await rename(next, join(directory, DATA));
}

/** True once a generation was written there. */
export const isWritten = async (directory: string): Promise<boolean> => (await currentGeneration(directory)) !== undefined;

const currentGeneration = (directory: string): Promise<string | undefined> => readlink(join(directory, DATA)).catch(() => undefined);

/** Paths in their shortest form; of two that come to the same the later one counts. */
function cleaned(files: VolumeFiles): VolumeFiles {
  return new Map(
    [...files].map(([path, file]) => {
      const complaint = complainAboutPath(path);
      if (complaint !== undefined) throw new Error(`invalid path: ${complaint}`);
      return [normalize(path), file];
    }),
  );
}

function complainAboutPath(path: string): string | undefined {
  const names = path.split('/');
  if (path === '') return 'must not be empty: ""';
  if (path.startsWith('/')) return `must be relative path: ${path}`;
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `must be less than or equal to ${MAX_PATH_BYTES} characters`;
  if (names.includes('..')) return `must not contain '..': ${path}`;
  if (names.some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES))
    return `filenames must be less than or equal to ${MAX_NAME_BYTES} characters`;
  // The writer's own names; "./..data" is one too.
  if (normalize(path).startsWith('..')) return `must not start with '..': ${path}`;
  return normalize(path) === '.' || path.endsWith('/') || path.includes('\0') ? `must name a file: ${path}` : undefined;
}

/** Not only what each file holds: a file or directory too many is a difference as well. */
async function holdsExactly(generation: string, files: VolumeFiles): Promise<boolean> {
  const entries = await readdir(generation, { recursive: true, withFileTypes: true }).catch(() => []);
  const there = entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name).slice(generation.length + 1));
  if (there.length !== files.size) return false;
  for (const [path, { data }] of files) {
    const found = await readFile(join(generation, path)).catch(() => undefined);
    if (found === undefined || !found.equals(data)) return false;
  }
  return true;
}

async function newGeneration(directory: string, { nowWallMs, fsGroup }: WriteOptions): Promise<string> {
  const time = new Date(nowWallMs).toISOString().slice(0, 19).replace(/[-T:]/g, '_');
  const made = await mkdtemp(join(directory, `..${time}.`));
  await ownDirectory(made, fsGroup);
  return made;
}

async function writeGeneration(generation: string, files: VolumeFiles, fsGroup: number | undefined): Promise<void> {
  for (const [path, { data, mode, uid }] of files) {
    await makeParents(generation, path, fsGroup);
    const file = join(generation, path);
    await writeFile(file, data, { flag: 'wx', mode: 0o600 });
    if (uid !== undefined || fsGroup !== undefined) await chown(file, uid ?? -1, fsGroup ?? -1);
    // The mode that the file was made with was cut by the umask.
    await chmod(file, fsGroup === undefined ? mode : mode | 0o440);
  }
}

async function makeParents(generation: string, path: string, fsGroup: number | undefined): Promise<void> {
  const parent = dirname(path);
  if (parent === '.') return;
  await makeParents(generation, parent, fsGroup);
  const isNew = await mkdir(join(generation, parent)).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      return false;
    },
  );
  if (isNew) await ownDirectory(join(generation, parent), fsGroup);
}

/**
 * Everybody may look (`newTimestampDir`): the modes of the files say who may read. An fsGroup gets what it may have of
 * files that only the agent writes, with the set-group bit (`volume_linux.go` `changeFilePermission`).
 */
async function ownDirectory(path: string, fsGroup: number | undefined): Promise<void> {
  if (fsGroup !== undefined) await chown(path, -1, fsGroup);
  await chmod(path, fsGroup === undefined ? 0o755 : 0o2755);
}

/** Links by which users reach the files: one for each name at the top. */
async function linkNames(directory: string, files: VolumeFiles): Promise<void> {
  for (const name of topNames(files)) {
    await symlink(join(DATA, name), join(directory, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function removeOthers(directory: string, files: VolumeFiles): Promise<void> {
  const names = topNames(files);
  const current = await currentGeneration(directory);
  for (const name of await readdir(directory)) {
    if (name === DATA || name === current || names.has(name)) continue;
    if (name.startsWith('..')) await rm(join(directory, name), { recursive: true, force: true });
    else await unlink(join(directory, name));
  }
}

const topNames = (files: VolumeFiles): ReadonlySet<string> => new Set([...files.keys()].map((path) => path.split('/')[0] ?? path));
