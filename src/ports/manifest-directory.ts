/**
 * A directory of manifests that its owner changes while the node runs. Adapter: `host/host-manifest-directory.ts`; fake:
 * `fakes/memory-manifest-directory.ts`.
 */
export interface ManifestDirectory {
  /** As the owner gave it. */
  readonly path: string;
  /**
   * The files there are now, in the order of their names, each once. Left out: what begins with a dot (as the kubelet does,
   * `pkg/kubelet/config/file_linux.go`), what ends with "~" (an editor's copy), and whatever is no plain file; links to
   * plain files are followed. Rejects with `badInput` when the directory cannot be read.
   */
  read(): Promise<readonly ManifestFile[]>;
  /**
   * Something may have changed: read again. Told at least once after each change where the host can tell it, and not at
   * all where it cannot, so read now and then without it. Returns the way to stop.
   */
  onChange(listener: () => void): () => void;
}

export interface ManifestFile {
  readonly name: string;
  /** What it holds, at most `MAX_MANIFEST_BYTES`; or why that is not known. */
  readonly content: Uint8Array | { readonly problem: string };
}

/** No more files are read than this. */
export const MAX_MANIFEST_FILES = 1000;

export const isManifestName = (name: string): boolean => !name.startsWith('.') && !name.endsWith('~');
