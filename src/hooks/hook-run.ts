import type { Instant } from '../core/instant.ts';
import type { HookOutcome } from '../core/journal-record.ts';
import type { HookDelivery, HookEnd } from '../core/step.ts';
import type { LifecycleHandler } from '../model/pod.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { ExecProcesses } from '../ports/exec-processes.ts';
import type { KeptOutput } from '../ports/hook-output.ts';

/** One delivery, as the handlers run it. */
export interface HookRun {
  readonly handler: LifecycleHandler;
  readonly containerId: string;
  /** Absent where the runtime has no execs of its own. */
  readonly execId?: string;
  readonly mode: HookDelivery['mode'];
  /** When the delivery began; in an earlier agent, for one that is taken up. */
  readonly startedAt: Instant;
}

export interface HookParts {
  readonly clock: Clock;
  readonly cri: Pick<ContainerRuntime, 'execSync'>;
  readonly nativeExec?: ExecProcesses;
}

export interface HookResult {
  readonly outcome: HookOutcome;
  readonly exitCode?: number;
  readonly httpStatus?: number;
  /** Why it did not succeed; the same text at every repetition, never the hook's output. */
  readonly reason?: string;
  readonly output?: KeptOutput;
}

/** The signal's reason: why the delivery is ended, or that the agent leaves and the hook goes on without it. */
export type HookEndReason = HookEnd | 'agentLeaves';

export type HookReport = HookResult | 'detached';

export const endReasonOf = (signal: AbortSignal): HookEndReason => signal.reason as HookEndReason;

/** The exit status of a process that SIGKILL ended: by us, by the kernel, or with its container. */
export const KILLED = 137;
