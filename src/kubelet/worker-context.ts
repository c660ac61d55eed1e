import type { Instant } from '../core/instant.ts';
import type { Container, Pod } from '../model/pod.ts';
import { findContainer } from '../model/pod-containers.ts';
import type { WorkerParts } from './kubelet-parts.ts';
import type { LeftoverSweeper } from './leftover-sweeper.ts';
import type { PodLog } from './pod-log.ts';
import type { PodTasks } from './pod-tasks.ts';
import type { StartSlots } from './start-slots.ts';
import type { WorkerProbes } from './worker-probes.ts';

/** What the performing of one Pod's steps works with. */
export interface WorkerContext {
  /** As it is wanted now. */
  readonly pod: Pod;
  readonly log: PodLog;
  readonly tasks: PodTasks;
  readonly probes: WorkerProbes;
  readonly parts: WorkerParts;
  readonly slots: StartSlots;
  readonly sweeper: Pick<LeftoverSweeper, 'removed'>;
  /** What this agent remembers of the Pod and no one else needs to. */
  readonly memory: WorkerMemory;
}

export interface WorkerMemory {
  /** The next sandbox attempt, when a name is held by a call that got no reply. */
  nextSandboxAttempt: number;
  cleanedUp: boolean;
  /** The deletion that was asked for last, and when this agent was told: its time runs while a step is still under way. */
  deletion?: { readonly graceSeconds: number; readonly seenAt: Instant };
  /** The Pod as its owner changed it, until the journal has it. */
  wantedPod?: Pod;
  /** Why a management event ends the Pod, until the journal has it. */
  wantedEnd?: { readonly reason: string; readonly message: string; readonly graceSeconds: number; readonly seenAt: Instant };
  /** What volumes have coming: `stale` when an object that one is made from has changed. */
  readonly volumes: { stale: boolean; refreshAt?: Instant; measureAt?: Instant };
  /** The last try to end something of the Pod was refused. */
  hasFailedToEnd: boolean;
  /** The stop signal of each container's image, asked for when the instance is made and not when somebody waits. */
  readonly imageStopSignals: Map<string, Promise<string | undefined>>;
}

export const hookTask = (container: string, hook: string): string => `hook/${container}/${hook}`;
export const imageTask = (container: string): string => `image/${container}`;
export const stopTask = (containerId: string, signal: string): string => `stop/${containerId}/${signal}`;

export function containerOf({ pod }: WorkerContext, name: string): Container {
  const found = findContainer(pod, name);
  if (found === undefined) throw new Error(`Pod "${pod.metadata.name}" has no container "${name}"`);
  return found.spec;
}
