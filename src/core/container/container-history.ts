/** What the journal says about one container of a Pod: its newest instance, what is being got for the next, its back-off. */
import type { Delivery } from '../hook/delivery.ts';
import type { Instant } from '../instant.ts';
import type { ExitedBy, Fact, HookName, StopReason } from '../journal-record.ts';

export interface ContainerHistory {
  readonly run?: ContainerRun;
  /** The instance before the newest: the API's `lastState`. */
  readonly previous?: EndedRun;
  /** Set while the image of the next instance is being got. */
  readonly image?: ImageHistory;
  /** The crash back-off in force since the newest instance was created (`lifecycle.md` 10). */
  readonly backOff?: { readonly steps: number; readonly lastUpdateWallMs: number };
}

export interface ImageHistory {
  readonly kind: 'pulling' | 'pulled' | 'failed';
  readonly image: string;
  readonly failures: number;
  /** With `failed`: where the wait for the next try begins. */
  readonly at?: Instant;
  /** Why the last try failed; also while the next one is under way. */
  readonly reason?: string;
  readonly message?: string;
}

/** The newest instance of a container. */
export interface ContainerRun {
  readonly restartCount: number;
  readonly phase: RunPhase;
  /** The API's `ready`; regular init containers never are while they run. */
  readonly isReady: boolean;
  /** The API's `started`, kept while it stops. */
  readonly isStarted?: boolean;
  /** Counts the sandboxes of the Pod, and its restarts in place: what ran in an earlier round is of no account for init containers. */
  readonly round: number;
  readonly containerId?: string;
  readonly bootId?: string;
  /** As the Pod named it when the instance was made. */
  readonly image?: string;
  readonly imageRef?: string;
  readonly startedWallMs?: number;
  readonly postStart?: Delivery;
  readonly preStop?: Delivery;
  readonly failed?: { readonly reason: string; readonly message: string };
  /** When the instance could not be made; set with `notCreated`. */
  readonly failedWallMs?: number;
  readonly stopping?: { readonly reason: StopReason; readonly graceSeconds: number; readonly deadline: Instant };
  readonly signalled?: { readonly at: Instant };
  readonly killed?: { readonly at: Instant };
  readonly exited?: ContainerExit;
  /** The wait before the next instance, decided once an instance has ended. */
  readonly restarting?: { readonly backoffMs: number; readonly startAt?: Instant };
}

export interface ContainerExit {
  readonly exitCode: number;
  readonly by: ExitedBy;
  readonly reason: string;
  readonly message?: string;
  /** When it was recorded. */
  readonly wallMs: number;
  /** As the runtime has it; 0 for one that never ran. */
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
}

export interface EndedRun {
  readonly restartCount: number;
  readonly containerId?: string;
  readonly image?: string;
  readonly imageRef?: string;
  readonly startedWallMs?: number;
  readonly exited: ContainerExit;
  /** What the next instance waited for. */
  readonly backoffMs: number;
}

export const RUN_PHASES = ['created', 'started', 'running', 'stopping', 'exited', 'notCreated'] as const;
export type RunPhase = (typeof RUN_PHASES)[number];

/** The edges of an instance's life; `docs/states.md` is drawn from them. */
export const RUN_EDGES = {
  created: ['started', 'exited'],
  started: ['running', 'stopping', 'exited'],
  running: ['stopping', 'exited'],
  stopping: ['exited'],
  exited: ['created', 'notCreated'],
  notCreated: ['created', 'notCreated'],
} as const satisfies Record<RunPhase, readonly RunPhase[]>;

/** Its process runs, and no hook stands between it and its probes: there is no postStart, or it succeeded. */
export function isPostStartOver({ phase, postStart }: ContainerRun): boolean {
  if (phase === 'running') return true;
  if (phase !== 'started') return false;
  return postStart === undefined || postStart.state === 'skipped' || (postStart.state === 'finished' && postStart.outcome === 'succeeded');
}

/** There is a process, or there may be one. */
export const isAlive = (run: ContainerRun | undefined): boolean =>
  run !== undefined && (run.phase === 'started' || run.phase === 'running' || run.phase === 'stopping');

export type OfOneContainer = Extract<Fact, { readonly container: string }>;

/** When the record was written, and in which round of its Pod. */
export interface FoldMoment {
  readonly wallMs: number;
  readonly round: number;
}

export function foldContainer(container: ContainerHistory, fact: OfOneContainer, moment: FoldMoment): ContainerHistory {
  switch (fact.type) {
    case 'image.pulling':
      return { ...container, image: { ...lastFailure(container, fact.image), kind: 'pulling', image: fact.image } };
    case 'image.pulled':
      return { ...container, image: { kind: 'pulled', image: fact.image, failures: 0 } };
    case 'image.failed': {
      const { image, reason, message, at } = fact;
      const failures = lastFailure(container, image).failures + 1;
      return { ...container, image: { kind: 'failed', image, failures, reason, message, ...(at === undefined ? {} : { at }) } };
    }
    case 'container.created':
      return createdRun(container, fact, moment);
    case 'container.failed':
      return failedContainer(container, fact, moment);
    default:
      return container.run === undefined || !('restartCount' in fact) || container.run.restartCount !== fact.restartCount
        ? container
        : { ...container, run: foldRun(container.run, fact, moment.wallMs) };
  }
}

/** Another image begins with a clean record (`kuberuntime_image.go`: the back-off is kept by image). */
function lastFailure({ image }: ContainerHistory, name: string): Pick<ImageHistory, 'failures' | 'reason' | 'message'> {
  if (image?.image !== name || image.reason === undefined || image.message === undefined) return { failures: 0 };
  return { failures: image.failures, reason: image.reason, message: image.message };
}

type FactOf<T extends OfOneContainer['type']> = Extract<OfOneContainer, { readonly type: T }>;

function createdRun(container: ContainerHistory, fact: FactOf<'container.created'>, { wallMs, round }: FoldMoment): ContainerHistory {
  const { image, imageRef } = fact;
  const run: ContainerRun = {
    restartCount: fact.restartCount,
    phase: 'created',
    isReady: false,
    round,
    containerId: fact.containerId,
    bootId: fact.bootId,
    ...(image === undefined ? {} : { image }),
    ...(imageRef === undefined ? {} : { imageRef }),
    ...(fact.hooksDue.includes('postStart') ? { postStart: { state: 'due' } } : {}),
  };
  // The entry is stepped by each restart: `lastUpdate` is the moment of the start (client-go `Backoff.Next`).
  const steps = backOffSteps(container, fact);
  return { run, ...previousOf(container), ...(steps === undefined ? {} : { backOff: { steps, lastUpdateWallMs: wallMs } }) };
}

/**
 * How often the back-off was stepped: 1 for a restart that did not wait, one more for one that did. Without an instance
 * that has ended there is no entry (`doBackOff`), and the entry's key holds the image: another image starts afresh.
 */
function backOffSteps({ run, backOff }: ContainerHistory, fact: FactOf<'container.created'>): number | undefined {
  if (fact.restartCount === 0 || run?.restarting === undefined) return undefined;
  if (fact.image !== undefined && run.image !== undefined && fact.image !== run.image) return undefined;
  return run.restarting.backoffMs === 0 || backOff === undefined ? 1 : backOff.steps + 1;
}

function previousOf({ run, previous }: ContainerHistory): Pick<ContainerHistory, 'previous'> {
  if (run?.exited === undefined) return previous === undefined ? {} : { previous };
  const { restartCount, containerId, image, imageRef, startedWallMs, exited, restarting } = run;
  return {
    previous: {
      restartCount,
      exited,
      backoffMs: restarting?.backoffMs ?? 0,
      ...(containerId === undefined ? {} : { containerId }),
      ...(image === undefined ? {} : { image }),
      ...(imageRef === undefined ? {} : { imageRef }),
      ...(startedWallMs === undefined ? {} : { startedWallMs }),
    },
  };
}

function failedContainer(container: ContainerHistory, fact: FactOf<'container.failed'>, { wallMs, round }: FoldMoment): ContainerHistory {
  const { image: _image, run, ...rest } = container;
  const failed = { reason: fact.reason, message: fact.message };
  if (run !== undefined && run.restartCount === fact.restartCount && run.phase !== 'notCreated')
    return { ...container, run: { ...run, failed } };
  // The next attempt looks for the image anew: it may be what was missing.
  return {
    ...rest,
    ...previousOf(container),
    run: { restartCount: fact.restartCount, phase: 'notCreated', isReady: false, round, failed, failedWallMs: wallMs },
  };
}

function foldRun(run: ContainerRun, fact: OfOneContainer, wallMs: number): ContainerRun {
  switch (fact.type) {
    case 'container.started':
      return { ...run, phase: 'started', containerId: fact.containerId, startedWallMs: wallMs };
    case 'container.ready':
      return { ...runningUnlessStopping(run), isReady: true, isStarted: true };
    case 'container.unready':
      return { ...runningUnlessStopping(run), isReady: false, isStarted: true };
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
      return { ...run, phase: 'exited', isReady: false, isStarted: false, exited: exitOf(fact, wallMs) };
    case 'container.restarting':
      return { ...run, restarting: { backoffMs: fact.backoffMs, ...(fact.startAt === undefined ? {} : { startAt: fact.startAt }) } };
    case 'hook.started':
    case 'hook.finished':
    case 'hook.skipped':
      return { ...run, [fact.hook]: deliveryOf(fact) };
    default:
      return run;
  }
}

/** Readiness goes on to be probed while a container stops. */
const runningUnlessStopping = (run: ContainerRun): ContainerRun => (run.phase === 'stopping' ? run : { ...run, phase: 'running' });

function exitOf(fact: FactOf<'container.exited'>, wallMs: number): ContainerExit {
  const { exitCode, by, reason, message, startedAtMs, finishedAtMs } = fact;
  return {
    exitCode,
    by,
    reason,
    wallMs,
    ...(message === undefined ? {} : { message }),
    ...(startedAtMs === undefined ? {} : { startedAtMs }),
    ...(finishedAtMs === undefined ? {} : { finishedAtMs }),
  };
}

function deliveryOf(fact: Extract<OfOneContainer, { readonly hook: HookName }>): Delivery {
  if (fact.type === 'hook.skipped') return { state: 'skipped', reason: fact.reason };
  if (fact.type === 'hook.started') {
    const { attempt, retry, at, execId } = fact;
    return { state: 'started', attempt, retry, at, ...(execId === undefined ? {} : { execId }) };
  }
  const { outcome, reason, exitCode } = fact;
  return {
    state: 'finished',
    outcome,
    ...(reason === undefined ? {} : { reason }),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}
