/**
 * What calls without a reply, older instances and crashes left in the runtime: adopted where the journal may still claim
 * it, else removed. "A lost reply is not a failed call" (`design.md` 4.3).
 */

import type { Container } from '../../model/pod.ts';
import { podContainers } from '../../model/pod-containers.ts';
import { addMs } from '../instant.ts';
import type { ContainerState, SandboxState } from '../runtime-state.ts';
import { type Decision, decide, NOTHING, record, wake } from '../step.ts';
import type { PodView } from './pod-view.ts';

export const NO_LIVING_SANDBOX = 'none';
/** How long an instance has ended before it is removed beside its successor. */
const OUTLIVED_REST_MS = 1_000;

/** The one sandbox that may hold containers: the newest, while it is ready. */
export function livingSandbox({ sandboxes }: PodView): SandboxState | typeof NO_LIVING_SANDBOX {
  const newest = sandboxes[0];
  return newest?.ready === true ? newest : NO_LIVING_SANDBOX;
}

export function leftoverSteps(view: PodView): Decision {
  // They go with the sandbox then; and what cannot be removed must not hold up a stop.
  if (view.history.deleting !== undefined) return NOTHING;
  const unclaimed = view.containers.filter((container) => !isClaimed(view, container) && !isOutlived(view, container));
  if (unclaimed.length > 0) return decide(...unclaimed.map(({ id }) => ({ kind: 'removeContainer', containerId: id }) as const));
  const dead = deadSandboxes(view);
  return dead.length > 0 ? decide(...dead.map(({ id }) => ({ kind: 'removeSandbox', sandboxId: id }) as const)) : NOTHING;
}

/** The reply to CreateContainer was lost: the instance is there, and it is the one that would be made next. */
export function adoptStep(view: PodView): Decision {
  if (view.history.deleting !== undefined) return NOTHING;
  return (
    podContainers(view.pod)
      .map(({ spec }) => adoptContainer(view, spec))
      .find((decision) => decision !== NOTHING) ?? NOTHING
  );
}

function adoptContainer(view: PodView, spec: Container): Decision {
  const { run } = view.history.containers[spec.name] ?? {};
  const expected = run === undefined ? 0 : run.restartCount + (run.phase === 'exited' ? 1 : 0);
  if (run !== undefined && run.phase !== 'exited' && run.phase !== 'notCreated') return NOTHING;
  const living = livingSandbox(view);
  const found = view.containers.find(
    ({ name, restartCount, phase, sandboxId }) =>
      name === spec.name && restartCount === expected && phase === 'created' && living !== NO_LIVING_SANDBOX && sandboxId === living.id,
  );
  if (found === undefined) return NOTHING;
  return record({
    type: 'container.created',
    container: spec.name,
    restartCount: expected,
    containerId: found.id,
    bootId: view.now.bootId,
    image: spec.image,
    hooksDue: spec.lifecycle?.postStart === undefined ? [] : ['postStart'],
  });
}

/**
 * The newest instance of each name is kept, dead or alive (`kuberuntime_gc.go` keeps one dead instance a name); one that
 * the journal does not know is kept by nobody.
 */
const isClaimed = ({ history }: PodView, container: ContainerState): boolean =>
  history.containers[container.name]?.run?.containerId === container.id;

/** A restarted container's earlier instance that has ended: in nobody's way, its name carries its own number. */
function isOutlived({ history }: PodView, { name, restartCount, phase }: ContainerState): boolean {
  const run = history.containers[name]?.run;
  return phase === 'exited' && run !== undefined && restartCount < run.restartCount;
}

/**
 * Removes what was outlived. Not at once: a runtime whose events are ahead of its CRI (100 ms in containerd 1.6) refuses
 * to remove what it still shows as running, and the restarted container's hook would wait for the retry.
 */
export function outlivedSteps(view: PodView): Decision {
  const outlived = view.containers.filter((container) => isOutlived(view, container));
  if (outlived.length === 0) return NOTHING;
  const restMs = Math.max(...outlived.map(({ finishedAtMs }) => finishedAtMs)) + OUTLIVED_REST_MS - view.now.wallMs;
  // An end in the future: the clock was set back, and nothing is known but that it has ended.
  if (restMs > 0 && restMs <= OUTLIVED_REST_MS) return wake(addMs(view.now, restMs));
  return decide(...outlived.map(({ id }) => ({ kind: 'removeContainer', containerId: id }) as const));
}

/** Every sandbox but the newest; the newest too once it is not ready and nothing in it is left to stop or to record. */
function deadSandboxes(view: PodView): readonly SandboxState[] {
  const { sandboxes, containers, history } = view;
  if (history.endedPhase !== undefined) return [];
  const [newest, ...older] = sandboxes;
  if (newest === undefined || newest.ready) return older;
  return containers.some((container) => container.sandboxId === newest.id && isNeeded(view, container)) ? older : sandboxes;
}

/** It runs, or how it ended is known only here yet. */
function isNeeded({ history }: PodView, { id, name, phase }: ContainerState): boolean {
  const run = history.containers[name]?.run;
  return phase === 'running' || (phase === 'exited' && run?.containerId === id && run.phase !== 'exited');
}
