/**
 * The closed vocabulary of the journal and of `run -o json`: what happened to a Pod, one record a fact.
 *
 * These names are a storage contract. A record is durable before the effect it announces (`container.created` names
 * the postStart hook that becomes due with the start, `container.stopping` the preStop hook that becomes due with the
 * stop, `hook.started` the exec that is about to run), or right after the fact it reports.
 */

import type { EventType } from '../model/event-identity.ts';
import type { Pod } from '../model/pod.ts';
import type { PodPhase } from '../model/pod-status.ts';
import type { Instant } from './instant.ts';
import type { ProbeKind } from './probe/probe-standing.ts';

export type { PodPhase } from '../model/pod-status.ts';

export type HookName = 'postStart' | 'preStop';
export type HandlerKind = 'exec' | 'httpGet' | 'sleep' | 'tcpSocket';
export type HookOutcome = 'succeeded' | 'failed' | 'timedOut' | 'cancelled' | 'interrupted';
export type SkipReason = 'containerExited' | 'neverStarted' | 'graceZero' | 'deadlinePassed' | 'hostRebooted';
/** Who ended a container: itself, our stop signal, our SIGKILL, or the kernel for want of memory. */
export type ExitedBy = 'self' | 'stop' | 'kill' | 'oom';
/** Why a container is being stopped. */
export type StopReason =
  | 'podDeleted'
  | 'postStartFailed'
  | 'sandboxLost'
  /** Its regular containers are done, or an init container failed for good: sidecars go too. */
  | 'podCompleted'
  /** A management event ends the whole Pod (`pod.ending` says which). */
  | 'podEnding'
  | 'livenessFailed'
  | 'startupFailed'
  | 'imageChanged'
  /** A rule of another container starts the whole Pod over: at once, without preStop. */
  | 'restartAllContainers';

/** What every record of a Pod carries beside its own members. */
export interface PodRef {
  /** "namespace/name" */
  readonly pod: string;
  readonly uid: string;
}

interface OfContainer {
  readonly container: string;
  /** Which instance of the container, from 0; equals the restart count. */
  readonly restartCount: number;
}

interface OfDelivery extends OfContainer {
  readonly hook: HookName;
  readonly handler: HandlerKind;
  /** Deliveries of this hook to this instance, from 1; grows only when a crash makes us deliver again. */
  readonly attempt: number;
  /** Opt-in retries inside one delivery, from 0. */
  readonly retry: number;
}

export type AgentFact =
  | { readonly type: 'agent.started'; readonly version: string; readonly pid: number; readonly bootId: string }
  | { readonly type: 'agent.recovered'; readonly decision: 'continues' | 'ends'; readonly message: string };

export type PodFact =
  | { readonly type: 'pod.accepted'; readonly spec: Pod }
  /** What may change in a living Pod has changed: the whole Pod as it is wanted from now on. */
  | { readonly type: 'pod.updated'; readonly spec: Pod }
  | { readonly type: 'pod.rejected'; readonly reason: string; readonly message: string }
  | { readonly type: 'sandbox.ready'; readonly sandboxId: string; readonly attempt: number; readonly ip?: string }
  | { readonly type: 'pod.deleting'; readonly graceSeconds: number; readonly firstSeen: Instant; readonly deadline: Instant }
  /** A management event ends it (deadline, eviction): it fails with this reason and message, and stays. */
  | {
      readonly type: 'pod.ending';
      readonly reason: string;
      readonly message: string;
      readonly graceSeconds: number;
      readonly deadline: Instant;
    }
  /** All containers start over in the same sandbox, init containers first: a restart rule of the container `trigger` said so. */
  | { readonly type: 'pod.restarting'; readonly trigger: string }
  | { readonly type: 'pod.ended'; readonly phase: PodPhase }
  | { readonly type: 'pod.removed' };

export type ImageFact =
  | { readonly type: 'image.pulling'; readonly container: string; readonly image: string }
  | {
      readonly type: 'image.pulled';
      readonly container: string;
      readonly image: string;
      readonly present: boolean;
      /** How long the pull took; absent for an image that was there. */
      readonly durationMs?: number;
      readonly sizeBytes?: number;
    }
  | {
      readonly type: 'image.failed';
      readonly container: string;
      readonly image: string;
      readonly reason: string;
      readonly message: string;
      /** Where the wait for the next try begins. */
      readonly at?: Instant;
    };

export type ContainerFact =
  | (OfContainer & {
      readonly type: 'container.created';
      readonly containerId: string;
      readonly bootId: string;
      readonly hooksDue: readonly HookName[];
      /** As the Pod names it when the instance is made; a later change of it replaces the instance. */
      readonly image?: string;
      /** The runtime's reference of what was found under that name. */
      readonly imageRef?: string;
    })
  | (OfContainer & { readonly type: 'container.started'; readonly containerId: string })
  | (OfContainer & { readonly type: 'container.failed'; readonly reason: string; readonly message: string })
  /** The API's `ready`: postStart and the startup probe are over, and the readiness probe succeeds if there is one. */
  | (OfContainer & { readonly type: 'container.ready' })
  /** The API's `started` without `ready`. */
  | (OfContainer & { readonly type: 'container.unready' })
  | (OfContainer & {
      readonly type: 'container.stopping';
      readonly reason: StopReason;
      readonly graceSeconds: number;
      readonly deadline: Instant;
      readonly hooksDue: readonly HookName[];
    })
  | (OfContainer & { readonly type: 'signal.sent'; readonly signal: string; readonly at: Instant; readonly deadline: Instant })
  | (OfContainer & {
      readonly type: 'container.exited';
      readonly exitCode: number;
      readonly reason: string;
      readonly by: ExitedBy;
      /** What the runtime says of the end, and what the container left as its termination message. */
      readonly message?: string;
      /** Milliseconds since the epoch, as the runtime has them. */
      readonly startedAtMs?: number;
      readonly finishedAtMs?: number;
    })
  | (OfContainer & { readonly type: 'container.restarting'; readonly backoffMs: number; readonly startAt?: Instant })
  /** An attempt that did not simply succeed, whatever its thresholds make of it. */
  | (OfContainer & {
      readonly type: 'probe.failed';
      readonly probe: ProbeKind;
      readonly message: string;
      /** `unknown`: the prober failed, not the container. `warning`: it succeeded, with a word. Absent in older records: a failure. */
      readonly result?: 'failure' | 'unknown' | 'warning';
    });

export type HookFact =
  | (OfDelivery & { readonly type: 'hook.started'; readonly containerId: string; readonly execId?: string; readonly at: Instant })
  | (OfDelivery & {
      readonly type: 'hook.finished';
      readonly outcome: HookOutcome;
      readonly durationMs: number;
      readonly exitCode?: number;
      readonly httpStatus?: number;
      readonly reason?: string;
    })
  | (OfContainer & { readonly type: 'hook.skipped'; readonly hook: HookName; readonly reason: SkipReason });

export type EventFact = {
  readonly type: 'event';
  readonly container?: string;
  readonly eventType: EventType;
  readonly reason: string;
  readonly message: string;
  /** How often it was told, this time included. */
  readonly count: number;
};

/** One line of a container's log; shown, never stored. */
export type LogFact = { readonly type: 'log'; readonly container: string; readonly stream: 'stdout' | 'stderr'; readonly text: string };

/** What can happen to one Pod. */
export type Fact = PodFact | ImageFact | ContainerFact | HookFact | EventFact;

/** An event that is not counted yet. */
export type EventNews = Omit<EventFact, 'count'>;
/** What may be appended to a Pod's history; counting events is not the business of who tells them. */
export type NewFact = Exclude<Fact, EventFact> | EventNews;

/** A fact as it is stored and printed. `time` is RFC 3339 with milliseconds. */
export type PodRecord = { readonly time: string } & PodRef & Fact;
export type AgentRecord = { readonly time: string; readonly pod?: string; readonly uid?: string } & AgentFact;
export type JournalRecord = PodRecord | AgentRecord;
export type PrintedRecord = JournalRecord | ({ readonly time: string } & PodRef & LogFact);

export type HookStarted = Extract<PodRecord, { type: 'hook.started' }>;
export type HookFinished = Extract<PodRecord, { type: 'hook.finished' }>;
export type HookSkipped = Extract<PodRecord, { type: 'hook.skipped' }>;
