/**
 * The right to be the only agent of a state directory. Adapter: `host/state-lock-file.ts`; fake:
 * `fakes/memory-state-lock.ts`.
 */
export interface StateLock {
  /**
   * Takes the lock at once or rejects with `stateLocked`; the message names the state directory, who holds it, and the
   * remedy. The lock ends with its process at the latest, however that ends.
   */
  acquire(): Promise<HeldStateLock>;
  /**
   * Who took the lock last and did not release it: may be old, or missing while somebody is just taking it. For choosing
   * whether to wait; only `acquire` says whether the lock is held.
   */
  holder(): StateLockHolder | undefined;
}

/** An agent that nobody watches: it takes Pods through its API, and may be ended by who removes everything. */
export const DAEMON_COMMANDS: readonly string[] = ['hooklet up', 'hooklet join'];

export interface StateLockHolder {
  /** What the user typed: "hooklet run". */
  readonly command: string;
  readonly pid: number;
}

export interface HeldStateLock {
  /** Idempotent. */
  release(): void;
}
