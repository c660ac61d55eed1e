/**
 * A directory of manifests on this host.
 *
 * 1. The watch only says when to look. One that broke, or could not be had, is asked for again at the next reading.
 * 2. A file is opened without waiting and judged by its descriptor: a pipe in the directory must not hold up the node.
 */
import { constants, type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_MANIFEST_BYTES } from '../model/parse-yaml.ts';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import { isManifestName, MAX_MANIFEST_FILES, type ManifestDirectory, type ManifestFile } from '../ports/manifest-directory.ts';

export class HostManifestDirectory implements ManifestDirectory {
  readonly path: string;
  readonly #listeners = new Set<() => void>();
  #watcher: FSWatcher | undefined;

  constructor(path: string) {
    this.path = path;
  }

  async read(): Promise<readonly ManifestFile[]> {
    // First the watch, then the reading: nothing can happen unseen in between.
    if (this.#listeners.size > 0) this.#watcher ??= this.#watch();
    const files: ManifestFile[] = [];
    for (const name of await this.#names()) {
      if (files.length === MAX_MANIFEST_FILES) {
        throw new HookletError(
          'badInput',
          `the directory "${this.path}" has more than ${MAX_MANIFEST_FILES} manifests; remove what is none of them`,
        );
      }
      const content = await readContent(join(this.path, name));
      if (content !== undefined) files.push({ name, content });
    }
    return files;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#watcher ??= this.#watch();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#unwatch();
    };
  }

  async #names(): Promise<readonly string[]> {
    try {
      return (await readdir(this.path)).filter(isManifestName).sort();
    } catch (error) {
      this.#unwatch();
      const code = (error as NodeJS.ErrnoException | null)?.code;
      const why =
        code === 'ENOENT'
          ? `there is no directory "${this.path}"; make it, or name another one`
          : `the directory "${this.path}" cannot be read: ${messageOf(error)}`;
      throw new HookletError('badInput', why, { cause: error });
    }
  }

  #watch(): FSWatcher | undefined {
    try {
      const watcher = watch(this.path, { persistent: false }, () => {
        for (const listener of this.#listeners) listener();
      });
      watcher.on('error', () => this.#unwatch());
      return watcher;
    } catch {
      return undefined;
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}

/** Undefined: it is no plain file, or went meanwhile. */
async function readContent(path: string): Promise<ManifestFile['content'] | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await file.stat()).isFile()) return undefined;
    return await readBounded(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException | null)?.code;
    // ENXIO: a socket.
    return code === 'ENOENT' || code === 'ENXIO' ? undefined : { problem: `cannot be read: ${messageOf(error)}` };
  } finally {
    await file?.close();
  }
}

/** By what is read and not by what `stat` says: a file may grow. */
async function readBounded(file: FileHandle): Promise<ManifestFile['content']> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of file.createReadStream({ autoClose: false })) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > MAX_MANIFEST_BYTES) return { problem: `has more than the ${MAX_MANIFEST_BYTES} bytes that a manifest may have` };
  }
  return Buffer.concat(chunks);
}
