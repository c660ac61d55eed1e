import type { Pod } from '../../model/pod.ts';
import type { Instant } from '../instant.ts';
import type { HookName } from '../journal-record.ts';
import type { ContainerState, ExecState, SandboxState } from '../runtime-state.ts';
import type { PodHistory } from './pod-history.ts';

/** What a worker knows when it asks for the next steps of its Pod. */
export interface PodView {
  readonly pod: Pod;
  /** The deletion that the Pod's owner asks for; its grace only ever gets shorter. `seenAt`: when this agent was told. */
  readonly wantedDeletion?: { readonly graceSeconds: number; readonly seenAt: Instant };
  readonly history: PodHistory;
  /** Newest first. */
  readonly sandboxes: readonly SandboxState[];
  readonly containers: readonly ContainerState[];
  readonly now: Instant;
  readonly inFlight: readonly { readonly container: string; readonly hook: HookName }[];
  readonly gettingImages: readonly string[];
  readonly execs: readonly { readonly container: string; readonly hook: HookName; readonly state: ExecState }[];
  /** This agent removed what the Pod left on the host. */
  readonly cleanedUp: boolean;
}
