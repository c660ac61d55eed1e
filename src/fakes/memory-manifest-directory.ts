import { HookletError } from '../ports/hooklet-error.ts';
import { isManifestName, type ManifestDirectory, type ManifestFile } from '../ports/manifest-directory.ts';

/** A directory without a disk. */
export class MemoryManifestDirectory implements ManifestDirectory {
  readonly path = '/manifests';
  /** While true, it cannot be read. */
  isGone = false;
  readonly #files = new Map<string, ManifestFile['content']>();
  readonly #listeners = new Set<() => void>();

  /** `quietly`: as on a file system that tells nobody. */
  write(name: string, content: string | { readonly problem: string }, { quietly = false } = {}): void {
    this.#files.set(name, typeof content === 'string' ? Buffer.from(content) : content);
    if (!quietly) this.#tell();
  }

  remove(name: string): void {
    this.#files.delete(name);
    this.#tell();
  }

  async read(): Promise<readonly ManifestFile[]> {
    if (this.isGone) throw new HookletError('badInput', `there is no directory "${this.path}"`);
    return [...this.#files]
      .filter(([name]) => isManifestName(name))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, content]) => ({ name, content }));
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
