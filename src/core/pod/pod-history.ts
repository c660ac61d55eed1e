/**
 * What the journal says about one Pod, folded into the shape that decisions need. Pure: the same records give the same
 * history, in a running agent and in one that starts after a crash. Records only add; nothing here asks the runtime.
 */

import type { Pod } from '../../model/pod.ts';
import { type EventHistory, foldEvent, NO_EVENTS } from '../event/correlate.ts';
import type { Delivery } from '../hook/delivery.ts';
import type { Instant } from '../instant.ts';
import type { ExitedBy, Fact, HookName, PodPhase, PodRecord, StopReason } from '../journal-record.ts';

export interface PodHistory {
  readonly accepted?: Pod;
  readonly sandbox?: { readonly id: string; readonly attempt: number; readonly ip?: string };
  readonly deleting?: { readonly graceSeconds: number; readonly firstSeen: Instant; readonly deadline: Instant };
  readonly endedPhase?: PodPhase;
  readonly removed: boolean;
  readonly containers: Readonly<Record<string, ContainerHistory>>;
  readonly events: EventHistory;
}

export interface ContainerHistory {
  readonly run?: ContainerRun;
  /** Set while the image of the next instance is being got. */
  readonly image?: { readonly kind: 'pulling' | 'pulled' | 'failed'; readonly failures: number; readonly at?: Instant };
  /** The crash back-off in force since the newest instance was created (`lifecycle.md` 10). */
  readonly backOff?: { readonly delayMs: number; readonly lastUpdateWallMs: number };
}

/** The newest instance of a container. */
export interface ContainerRun {
  readonly restartCount: number;
  readonly phase: RunPhase;
  readonly containerId?: string;
  readonly bootId?: string;
  readonly postStart?: Delivery;
  readonly preStop?: Delivery;
  readonly failed?: { readonly reason: string; readonly message: string };
  /** When the instance could not be made; set with `notCreated`. */
  readonly failedWallMs?: number;
  readonly stopping?: { readonly reason: StopReason; readonly graceSeconds: number; readonly deadline: Instant };
  readonly signalled?: { readonly at: Instant };
  readonly killed?: { readonly at: Instant };
  readonly exited?: { readonly exitCode: number; readonly by: ExitedBy; readonly reason: string; readonly wallMs: number };
  /** The wait before the next instance, decided once an instance has ended. */
  readonly restarting?: { readonly backoffMs: number; readonly startAt?: Instant };
}

export const RUN_PHASES = ['created', 'started', 'ready', 'stopping', 'exited', 'notCreated'] as const;
export type RunPhase = (typeof RUN_PHASES)[number];

/** The edges of an instance's life; `docs/states.md` is drawn from them. */
export const RUN_EDGES = {
  created: ['started', 'exited'],
  started: ['ready', 'stopping', 'exited'],
  ready: ['stopping', 'exited'],
  stopping: ['exited'],
  exited: ['created', 'notCreated'],
  notCreated: ['created', 'notCreated'],
} as const satisfies Record<RunPhase, readonly RunPhase[]>;

export const EMPTY_HISTORY: PodHistory = { removed: false, containers: {}, events: NO_EVENTS };

export function foldRecords(records: readonly PodRecord[]): PodHistory {
  return records.reduce(foldRecord, EMPTY_HISTORY);
}

export function foldRecord(history: PodHistory, record: PodRecord): PodHistory {
  switch (record.type) {
    case 'pod.accepted':
      return { ...history, accepted: record.spec };
    case 'sandbox.ready':
      return {
        ...history,
        sandbox: { id: record.sandboxId, attempt: record.attempt, ...(record.ip === undefined ? {} : { ip: record.ip }) },
      };
    case 'pod.deleting':
      return { ...history, deleting: { graceSeconds: record.graceSeconds, firstSeen: record.firstSeen, deadline: record.deadline } };
    case 'pod.ended':
      return { ...history, endedPhase: record.phase };
    case 'pod.removed':
      return { ...history, removed: true };
    case 'event':
      return { ...history, events: foldEvent(history.events, record, Date.parse(record.time)) };
    case 'pod.rejected':
      return history;
    default:
      return withContainer(
        history,
        record.container,
        foldContainer(history.containers[record.container] ?? {}, record, Date.parse(record.time)),
      );
  }
}

const withContainer = (history: PodHistory, name: string, container: ContainerHistory): PodHistory => ({
  ...history,
  containers: { ...history.containers, [name]: container },
});

type OfOneContainer = Extract<Fact, { readonly container: string }>;

function foldContainer(container: ContainerHistory, fact: OfOneContainer, wallMs: number): ContainerHistory {
  switch (fact.type) {
    case 'image.pulling':
      return { ...container, image: { kind: 'pulling', failures: container.image?.failures ?? 0 } };
    case 'image.pulled':
      return { ...container, image: { kind: 'pulled', failures: 0 } };
    case 'image.failed':
      return {
        ...container,
        image: { kind: 'failed', failures: (container.image?.failures ?? 0) + 1, ...(fact.at === undefined ? {} : { at: fact.at }) },
      };
    case 'container.created':
      return createdRun(container, fact, wallMs);
    case 'container.failed':
      return failedContainer(container, fact, wallMs);
    default:
      return container.run === undefined || !('restartCount' in fact) || container.run.restartCount !== fact.restartCount
        ? container
        : { ...container, run: foldRun(container.run, fact, wallMs) };
  }
}

function createdRun(container: ContainerHistory, fact: Extract<Fact, { type: 'container.created' }>, wallMs: number): ContainerHistory {
  const run: ContainerRun = {
    restartCount: fact.restartCount,
    phase: 'created',
    containerId: fact.containerId,
    bootId: fact.bootId,
    ...(fact.hooksDue.includes('postStart') ? { postStart: { state: 'due' } } : {}),
  };
  const { image: _image, ...rest } = container;
  // Without an instance that has ended there is no entry (`doBackOff`).
  const waited = fact.restartCount === 0 ? undefined : container.run?.restarting?.backoffMs;
  // The entry is stepped by each restart: `lastUpdate` is the moment of the start (client-go `Backoff.Next`).
  return {
    ...rest,
    run,
    ...(waited === undefined ? {} : { backOff: { delayMs: steppedDelayMs(container, waited), lastUpdateWallMs: wallMs } }),
  };
}

/** An immediate restart begins a back-off at 10 s; one that waited doubles what it waited (capped at 300 s). */
function steppedDelayMs(container: ContainerHistory, waitedMs: number): number {
  return waitedMs === 0 || container.backOff === undefined ? 10_000 : Math.min(2 * container.backOff.delayMs, 300_000);
}

function failedContainer(container: ContainerHistory, fact: Extract<Fact, { type: 'container.failed' }>, wallMs: number): ContainerHistory {
  const { image: _image, run, ...rest } = container;
  const failed = { reason: fact.reason, message: fact.message };
  if (run !== undefined && run.restartCount === fact.restartCount && run.phase !== 'notCreated')
    return { ...container, run: { ...run, failed } };
  // The next attempt looks for the image anew: it may be what was missing.
  return { ...rest, run: { restartCount: fact.restartCount, phase: 'notCreated', failed, failedWallMs: wallMs } };
}

function foldRun(run: ContainerRun, fact: OfOneContainer, wallMs: number): ContainerRun {
  switch (fact.type) {
    case 'container.started':
      return { ...run, phase: 'started', containerId: fact.containerId };
    case 'container.ready':
      return { ...run, phase: 'ready' };
    case 'container.stopping':
      return {
        ...run,
        phase: 'stopping',
        stopping: { reason: fact.reason, graceSeconds: fact.graceSeconds, deadline: fact.deadline },
        ...(fact.hooksDue.includes('preStop') ? { preStop: { state: 'due' } } : {}),
      };
    case 'signal.sent':
      return fact.signal === 'SIGKILL' ? { ...run, killed: { at: fact.at } } : { ...run, signalled: { at: fact.at } };
    case 'container.exited':
      return { ...run, phase: 'exited', exited: { exitCode: fact.exitCode, by: fact.by, reason: fact.reason, wallMs } };
    case 'container.restarting':
      return { ...run, restarting: { backoffMs: fact.backoffMs, ...(fact.startAt === undefined ? {} : { startAt: fact.startAt }) } };
    case 'hook.started':
      return withDelivery(run, fact.hook, {
        state: 'started',
        attempt: fact.attempt,
        retry: fact.retry,
        at: fact.at,
        ...(fact.execId === undefined ? {} : { execId: fact.execId }),
      });
    case 'hook.finished':
      return withDelivery(run, fact.hook, {
        state: 'finished',
        outcome: fact.outcome,
        ...(fact.reason === undefined ? {} : { reason: fact.reason }),
        ...(fact.exitCode === undefined ? {} : { exitCode: fact.exitCode }),
      });
    case 'hook.skipped':
      return withDelivery(run, fact.hook, { state: 'skipped', reason: fact.reason });
    default:
      return run;
  }
}

const withDelivery = (run: ContainerRun, hook: HookName, delivery: Delivery): ContainerRun => ({ ...run, [hook]: delivery });
