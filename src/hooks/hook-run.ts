import type { Instant } from '../core/instant.ts';
import type { HookName, HookOutcome } from '../core/journal-record.ts';
import type { HookDelivery, HookEnd } from '../core/step.ts';
import type { HookOptions } from '../model/hook-options.ts';
import type { Container, LifecycleHandler, Pod } from '../model/pod.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { ExecProcesses } from '../ports/exec-processes.ts';
import type { KeptOutput } from '../ports/hook-output.ts';
import type { HttpClient } from '../ports/http-client.ts';

/** One delivery, as the handlers run it. */
export interface HookRun {
  readonly handler: LifecycleHandler;
  readonly owner: HookOwner;
  readonly containerId: string;
  /** Absent where the runtime has no execs of its own. */
  readonly execId?: string;
  readonly mode: HookDelivery['mode'];
  readonly attempt: number;
  /** Which try of the delivery this is, from 0; above it only where the Pod asks for retries. */
  readonly retry: number;
  /** When this try began; in an earlier agent, for one that is taken up. */
  readonly startedAt: Instant;
  readonly options: HookOptions;
}

/** Whose hook it is. */
export interface HookOwner {
  readonly pod: Pod;
  readonly container: Container;
  readonly restartCount: number;
  readonly hook: HookName;
  /** The first address of the Pod's sandbox. */
  readonly podAddress?: string;
}

export interface HookParts {
  readonly clock: Clock;
  readonly cri: Pick<ContainerRuntime, 'execSync'>;
  readonly nativeExec?: ExecProcesses;
  readonly http: HttpClient;
  /** Journals that another try begins, before it does; what of the run is new comes back. */
  readonly beginRetry: (retry: number) => Promise<Pick<HookRun, 'startedAt'> & { readonly execId?: string }>;
}

export interface HookResult {
  readonly outcome: HookOutcome;
  readonly exitCode?: number;
  readonly httpStatus?: number;
  /** Why it did not succeed; never the hook's output. */
  readonly reason?: string;
  readonly output?: KeptOutput;
  /** The try that ended the delivery. */
  readonly retry?: number;
  /** Its connection broke: perhaps because its container ended. */
  readonly cutOff?: true;
  /** "host:port" of an HTTPS hook that was answered in plain HTTP, and delivered so. */
  readonly fellBackTo?: string;
}

/** The signal's reason: why the delivery is ended, or that the agent leaves and the hook goes on without it. */
export type HookEndReason = HookEnd | 'agentLeaves';

export type HookReport = HookResult | 'detached';

export const endReasonOf = (signal: AbortSignal): HookEndReason => signal.reason as HookEndReason;

const END_REASONS: Readonly<Record<HookEnd, string>> = {
  timedOut: 'it did not end within the grace period',
  cancelled: 'its container is being stopped',
  interrupted: 'containerExited',
};

/** The report of a delivery that was ended before its time, by whoever aborted the signal. */
export function endedEarly(signal: AbortSignal): HookReport {
  const because = endReasonOf(signal);
  if (because === 'agentLeaves') return 'detached';
  return { outcome: because, reason: END_REASONS[because] };
}

/** The exit status of a process that SIGKILL ended: by us, by the kernel, or with its container. */
export const KILLED = 137;
