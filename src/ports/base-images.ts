/**
 * The images that need no registry: one with a shell and its tools for Pods, one for sandboxes. Adapter:
 * `host/host-base-images.ts`. Bringing them into the runtime is `ImageImport`.
 */
export interface BaseImages {
  /** As `localhost/hooklet/base:1`; the sandbox image too. */
  readonly names: readonly string[];
  /**
   * Writes one image archive with all of them; the same programs give the same bytes. Rejects with `hostLacks` when a
   * program that goes into it is missing.
   */
  writeArchive(path: string): Promise<void>;
}
