/** What the runtime says there is; the observations that decisions are made from. */

export interface SandboxState {
  readonly id: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly attempt: number;
  readonly ready: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  readonly ip?: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ContainerState {
  readonly id: string;
  readonly uid: string;
  readonly sandboxId: string;
  readonly name: string;
  readonly restartCount: number;
  readonly phase: 'created' | 'running' | 'exited' | 'unknown';
  readonly createdAtMs: number;
  /** 0 when it never ran. */
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  /** Meaningful when `phase` is `exited`. */
  readonly exitCode: number;
  /** The runtime's word: `Completed`, `Error`, `OOMKilled`, `StartError` … */
  readonly reason: string;
  readonly message: string;
  /** What the container left at its terminationMessagePath, or the end of its log; read once it has ended. */
  readonly terminationMessage?: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** An exec as the runtime knows it; `unknown`: it has never heard of it, or has forgotten it. */
export type ExecState = { readonly kind: 'created' | 'running' | 'unknown' } | { readonly kind: 'stopped'; readonly exitCode: number };
