/** What the runtime still knows of; everything else of ours is a leftover. */
export interface LivingIds {
  /** The Pods that have a sandbox, ready or not. */
  readonly podUids: readonly string[];
  readonly sandboxIds: readonly string[];
  readonly containerIds: readonly string[];
  /**
   * A sandbox among them is not ready: it may have died half made. Then a network namespace that nobody seems to have may
   * be its own, and the runtime needs it to take the sandbox's network down.
   */
  readonly isUnfinished?: boolean;
}

/** What was removed, for the log: one line a kind, e.g. `{ kind: 'shim', name: '<id>' }`. */
export interface SweptLeftover {
  readonly kind: 'process' | 'shim' | 'bundle' | 'cgroup' | 'mount' | 'lease' | 'cniCache' | 'veth' | 'bridge' | 'iptables' | 'socket';
  readonly name: string;
}

/**
 * Removes what a runtime that was killed left on the host and will never remove itself. Adapter:
 * `host/host-leftover-sweep.ts`. Never called while a sandbox is being made or removed: a sandbox in the making is
 * not among the living yet.
 */
export interface LeftoverSweep {
  /** Removes what belongs to none of `living`. Best effort: what cannot be removed is left for the next sweep. */
  sweep(living: LivingIds): Promise<readonly SweptLeftover[]>;
  /** Everything of this hooklet on the host, network and cgroup parent included, once its runtime has ended. */
  sweepAll(): Promise<readonly SweptLeftover[]>;
}
