/** Capability `imageImport`: an image archive (docker-archive or OCI layout tar) into the runtime. */
export interface ImageImport {
  /** Returns the names it imported. Throws `badInput` for a file that is no image archive. */
  importArchive(path: string): Promise<readonly string[]>;
}
