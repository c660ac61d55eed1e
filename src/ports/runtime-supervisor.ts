/** What became of the supervised runtime; containers go on in every case. */
export type RuntimeSupervisorEvent =
  /** It died; calls fail until `restarted`. */
  | { readonly kind: 'exited' }
  /** It answers again: read everything anew. */
  | { readonly kind: 'restarted'; readonly downMs: number }
  /** A restart failed; the next one comes after `retryMs`. */
  | { readonly kind: 'restartFailed'; readonly message: string; readonly retryMs: number };

/**
 * Keeps a container runtime of hooklet's own running. Adapter: `containerd/containerd-supervisor.ts`.
 * The runtime outlives the agent: only `stop` ends it.
 */
export interface RuntimeSupervisor {
  /**
   * Resolves when the runtime answers: one that runs already is taken over, else one is started. From then on its
   * death is seen and answered by a restart. Idempotent; concurrent calls share one start.
   * `found`: it ran already, or it had died but its containers live on. Who did not start it must not `stop` it.
   * Rejects with `hostLacks`, and the runtime's own last words, when it cannot be started.
   */
  ensureRunning(): Promise<{ readonly socket: string; readonly found: boolean }>;
  /** True when a runtime of ours accepts connections; starts nothing. */
  isRunning(): Promise<boolean>;
  onEvent(listener: (event: RuntimeSupervisorEvent) => void): () => void;
  /** Ends the runtime and removes everything of it outside the state directory; containers that still run are killed. */
  stop(): Promise<void>;
  /** The agent leaves: stops watching, touches nothing. */
  leave(): void;
}
