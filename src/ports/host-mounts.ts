export interface TmpfsOptions {
  /** Of its root directory. */
  readonly mode: number;
  /** Absent: as much as the kernel gives. */
  readonly sizeBytes?: number;
  /** The group that its root directory belongs to; absent: root's. */
  readonly gid?: number;
}

/**
 * Mounts of this host. Adapter: `host/system-host-mounts.ts`; fake: `fakes/memory-host-mounts.ts`. A mount outlives the
 * agent: whoever makes one finds it again by `within` and takes it away. Everything rejects with `hostLacks`.
 */
export interface HostMounts {
  /** The paths at or below `dir` on which something is mounted, whoever did it; those mounted last come first. */
  within(dir: string): Promise<readonly string[]>;
  /** A file system in memory, on a directory that exists. */
  tmpfs(dir: string, options: TmpfsOptions): Promise<void>;
  /**
   * Shows `source`, a file or directory, at `target`, which exists and is of the same kind. `source` is taken as it is
   * given: `/proc/<pid>/fd/<n>` is what that process has open, whatever was done to its path since.
   */
  bind(source: string, target: string): Promise<void>;
  /** Takes away what was mounted last on that path. */
  unmount(path: string): Promise<void>;
}
