/**
 * Small texts that only their owner may read: keys, and what holds keys. One instance is one directory. Adapter:
 * `host/owner-only-files.ts`; fake: `fakes/memory-private-files.ts`.
 */
export interface PrivateFiles {
  /**
   * Undefined when there is none. Rejects with `hostLacks` when it cannot be read, is not a plain file, or may be read or
   * written by others: a key that was open to them is no key any more.
   */
  read(name: string): Promise<string | undefined>;
  /** On disk before it resolves, whole or not at all, readable by its owner only. Rejects with `hostLacks`. */
  write(name: string, text: string): Promise<void>;
}

/** A name is one component of a path; both methods reject with `badInput` for any other. */
export const isPrivateFileName = (name: string): boolean => /^[a-z0-9][a-z0-9.-]{0,62}$/.test(name);
