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
}

export interface HeldStateLock {
  /** Idempotent. */
  release(): void;
}
