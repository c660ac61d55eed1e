/** Capability `events`. Adapter: `containerd/containerd-events.ts`. */
export type RuntimeEvent =
  | { readonly kind: 'containerExited'; readonly containerId: string; readonly exitCode: number }
  | { readonly kind: 'execExited'; readonly containerId: string; readonly execId: string; readonly exitCode: number }
  | { readonly kind: 'oom'; readonly containerId: string }
  /** The connection was lost, or is back: whatever happened in between was not seen. */
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'connected' };

export interface RuntimeEvents {
  /** Delivers in order, reconnects by itself, and says so. Returns the way to stop. */
  subscribe(listener: (event: RuntimeEvent) => void): () => void;
}
