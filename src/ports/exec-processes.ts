import type { ExecState } from '../core/runtime-state.ts';
import type { KeptOutput } from './hook-output.ts';

/**
 * Processes inside a container that outlive the agent: made under an id of our own, found again by it.
 * Capability `nativeExec`. Adapter: `containerd/containerd-exec.ts`; fake: `fakes/scripted-runtime.ts`.
 */
export interface ExecProcesses {
  /** Cheap and idempotent: makes what the next `create` will need (its pipes), off the path that users wait for. */
  prepare(): void;
  /**
   * Makes the process in state `created`: the container's own process (user, environment, directory, capabilities)
   * with `argv` instead of its arguments. Nothing runs yet.
   */
  create(containerId: string, execId: string, argv: readonly string[]): Promise<void>;
  /**
   * Starts a created process and follows it to its end, or follows one that already runs or has ended (`start: false`),
   * perhaps made by an earlier agent. Resolves when the process **itself** has exited and what it wrote has been
   * drained, even if a child of its own still holds the pipes. Output beyond the kept bounds is drained and dropped.
   * Rejects with `runtimeUnavailable` when the runtime goes away meanwhile (the process goes on: follow it again later),
   * with `runtimeNotFound` when the runtime does not know it, with `runtimeFailed` when it could not be started.
   * Abort = stop following and reject with the signal's reason; it does not touch the process.
   */
  follow(containerId: string, execId: string, options: { readonly start: boolean; readonly signal: AbortSignal }): Promise<ExecEnd>;
  state(containerId: string, execId: string): Promise<ExecState>;
  /** SIGKILL to the process and to what is left of its session. Idempotent. */
  kill(containerId: string, execId: string): Promise<void>;
  /** Forgets the process and its pipes, once its outcome is durable. Idempotent; not awaited by anyone who waits for a user. */
  remove(containerId: string, execId: string): Promise<void>;
  /**
   * Removes what earlier agents kept for processes that are gone, or that never came to be, and what `remove` could not
   * while the runtime was away. Harms nothing else of this agent's.
   */
  removeForgotten(): Promise<void>;
  /**
   * Runs a process of which nothing is to be found again: made, started, followed and forgotten in one call, at a lower
   * price. Resolves when the process itself has exited. Rejects as `create` and `follow` do.
   * Abort = kill the process and what is left of its session, and reject with the signal's reason once it is gone, or has
   * not died in 2 s. What a killed agent leaves of it, `removeForgotten` of the next one ends.
   */
  run(containerId: string, execId: string, argv: readonly string[], options: RunningExec): Promise<TransientEnd>;
}

export interface RunningExec {
  readonly signal: AbortSignal;
  /** Called once the process runs: what is left to do costs the host next to nothing. */
  readonly onStarted?: () => void;
}

export interface TransientEnd {
  readonly exitCode: number;
  /** Both streams as they came, the first 10 KiB. */
  readonly output: Buffer;
}

export interface ExecEnd {
  readonly exitCode: number;
  /** The runtime killed this very process for want of memory. */
  readonly oomKilled: boolean;
  readonly output: KeptOutput;
}
