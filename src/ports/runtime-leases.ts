/** Capability `leases`: what calls hold in the runtime while they work. Implementation: `containerd/containerd-leases.ts`. */
export interface RuntimeLeases {
  /**
   * Gives back what was taken before `wallMs` (milliseconds since the epoch): for a runtime that was started since then,
   * whose calls from before are all over. What only such a lease held is collected.
   */
  dropBefore(wallMs: number): Promise<void>;
}
