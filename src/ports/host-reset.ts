/** What `reset` removes, and where it stands in the way. */
export interface ResetPlan {
  readonly stateDir: string;
  /** False: there is no state directory; only what lies outside of it is removed. */
  readonly exists: boolean;
  /** In plain words, one a line: "containerd and its 2 running containers". */
  readonly removes: readonly string[];
}

/** Removes everything of a state directory. Adapter: `host/state-reset.ts`. The caller holds the lock, if the directory exists. */
export interface HostReset {
  /** Changes nothing. Rejects with `badInput` for a directory that is not hooklet's. */
  plan(): Promise<ResetPlan>;
  /**
   * Ends the runtime and its containers, removes what they left on the host, then the state directory. Rejects with
   * `hostLacks`, before a file of the state directory is removed, when something is mounted at or below it.
   * Repeatable: what an interrupted reset left is still hooklet's.
   */
  reset(): Promise<void>;
}
