/** What the core may ask of the shell: one small, idempotent thing each. The shell does it, then asks again. */

import type { Instant } from './instant.ts';
import type { HookName, NewFact } from './journal-record.ts';

export type Step =
  /** Write these facts and the events that go with them, all or none. */
  | { readonly kind: 'record'; readonly facts: readonly NewFact[] }
  | { readonly kind: 'runSandbox'; readonly attempt: number }
  | { readonly kind: 'stopSandbox'; readonly sandboxId: string }
  /** Stop it and remove it with all its containers. */
  | { readonly kind: 'removeSandbox'; readonly sandboxId: string }
  /** Look for the image, get it if the policy says so, then create the instance. */
  | { readonly kind: 'createContainer'; readonly container: string; readonly restartCount: number; readonly sandboxId: string }
  | { readonly kind: 'startContainer'; readonly container: string; readonly restartCount: number; readonly containerId: string }
  | { readonly kind: 'removeContainer'; readonly containerId: string }
  | ({ readonly kind: 'deliverHook' } & HookDelivery)
  /** End a delivery that runs in this agent; its outcome is what `because` says, unless it ended by itself first. */
  | { readonly kind: 'endHook'; readonly container: string; readonly hook: HookName; readonly because: HookEnd }
  | {
      readonly kind: 'sendSignal';
      readonly container: string;
      readonly restartCount: number;
      readonly containerId: string;
      readonly signal: StopSignal;
      readonly deadline: Instant;
    }
  /** The runtime's own stop, for a container that outlived our SIGKILL. */
  | { readonly kind: 'forceStop'; readonly containerId: string }
  /** Remove what the Pod left on the host: volumes, logs, records in the source. */
  | { readonly kind: 'cleanUp' };

export type HookEnd = 'timedOut' | 'cancelled' | 'interrupted';

/** `container`: what its Pod or its image asks for, else SIGTERM. */
export type StopSignal = 'container' | 'SIGKILL';

export interface HookDelivery {
  readonly container: string;
  readonly restartCount: number;
  readonly containerId: string;
  readonly hook: HookName;
  readonly attempt: number;
  /**
   * `deliver`: a new delivery, journaled first. The others take up one that an earlier agent began: `startCreated` its
   * exec that was made and never started, `follow` one that runs or has ended, `continueSleep` a sleep with what is left.
   */
  readonly mode: 'deliver' | 'startCreated' | 'follow' | 'continueSleep';
}

export interface Decision {
  readonly steps: readonly Step[];
  /** When to ask again though nothing happened; absent = only when something happens. */
  readonly wakeAt?: Instant;
}

export const NOTHING: Decision = { steps: [] };
export const decide = (...steps: readonly Step[]): Decision => ({ steps });
export const record = (...facts: readonly NewFact[]): Decision => ({ steps: [{ kind: 'record', facts }] });
export const wake = (wakeAt: Instant): Decision => ({ steps: [], wakeAt });
