import type { Pod } from '../../model/pod.ts';
import type { Rejection } from '../admission/admit-pod.ts';
import type { Instant } from '../instant.ts';
import type { HookName } from '../journal-record.ts';
import type { ProbeStanding } from '../probe/probe-standing.ts';
import type { ContainerState, ExecState, SandboxState } from '../runtime-state.ts';
import type { PodHistory } from './pod-history.ts';

/** What a worker knows when it asks for the next steps of its Pod. */
export interface PodView {
  readonly pod: Pod;
  /** The deletion that the Pod's owner asks for; its grace only ever gets shorter. `seenAt`: when this agent was told. */
  readonly wantedDeletion?: { readonly graceSeconds: number; readonly seenAt: Instant };
  /** A management event that ends the Pod; told until `history.ending` has it. `seenAt`: when this agent was told. */
  readonly wantedEnd?: { readonly reason: string; readonly message: string; readonly graceSeconds: number; readonly seenAt: Instant };
  /** Why this node does not take the Pod; told until `history.rejected` has it. */
  readonly rejection?: Rejection;
  /** The Pod as its owner wants it now, where that may differ from `history.accepted`. */
  readonly wantedPod?: Pod;
  readonly history: PodHistory;
  /** Newest first. */
  readonly sandboxes: readonly SandboxState[];
  readonly containers: readonly ContainerState[];
  readonly now: Instant;
  readonly inFlight: readonly { readonly container: string; readonly hook: HookName }[];
  readonly gettingImages: readonly string[];
  readonly probes: readonly ProbeStanding[];
  readonly settings: PodSettings;
  readonly execs: readonly { readonly container: string; readonly hook: HookName; readonly state: ExecState }[];
  /** This agent removed what the Pod left on the host. */
  readonly cleanedUp: boolean;
}

/** What the node's owner decided for all Pods. */
export interface PodSettings {
  /** The cap of the crash back-off (`crashLoopBackOff.maxContainerRestartPeriod`). */
  readonly maxRestartPeriodMs: number;
}

export const DEFAULT_SETTINGS: PodSettings = { maxRestartPeriodMs: 300_000 };
