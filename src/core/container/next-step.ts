/**
 * The next step in the life of one container. Pure and level-triggered: it looks at what the journal says, what the
 * runtime shows and what this agent is doing, and names what is to be done now. A restarted agent asks the same
 * function; its first answer is the recovery.
 */

import type { StopReason } from '../journal-record.ts';
import { type Decision, decide, NOTHING, record } from '../step.ts';
import { isPostStartOver } from './container-history.ts';
import { type ContainerView, containerHistory, type RunView } from './container-view.ts';
import { endedStep } from './ended.ts';
import { nextInstanceStep } from './next-instance.ts';
import { postStartStep } from './post-start.ts';
import { readinessStep } from './readiness.ts';
import { abandonStep, beginStop, stoppingStep } from './stop.ts';

export function nextContainerStep(view: ContainerView): Decision {
  const { run } = containerHistory(view);
  if (run === undefined || run.phase === 'exited' || run.phase === 'notCreated') return nextInstanceStep(view);
  const at: RunView = { view, run };
  if (run.phase === 'created') return createdStep(at);
  if (hasEnded(at)) return endedStep(at);
  // Neither running nor ended, the runtime says: it is ended for certain before anything else (`lifecycle.md` 7.4).
  if (view.observed?.phase === 'unknown') return decide({ kind: 'forceStop', containerId: view.observed.id });
  if (run.phase === 'stopping') {
    // Readiness is probed on during preStop (`lifecycle.md` 5).
    const readiness = readinessStep(at);
    return readiness === NOTHING ? stoppingStep(at) : readiness;
  }
  // A hook that is due is begun at least once, even when the Pod goes at the same moment; the delete then ends the wait.
  if (run.phase === 'started' && run.postStart?.state === 'due') return postStartStep(at);
  const reason = stopReason(at);
  if (reason !== undefined) return beginStop(at, reason);
  return run.phase === 'started' ? postStartStep(at) : readinessStep(at);
}

/** Why a container that runs is to be stopped; absent: it goes on. */
function stopReason({ view, run }: RunView): StopReason | undefined {
  if (view.endReason !== undefined) return view.endReason;
  if (view.sandboxId === undefined) return 'sandboxLost';
  if (run.round < (view.history.restartedInRound ?? 0)) return 'restartAllContainers';
  // A regular init container is left to end (`computeInitContainerActions`).
  if (view.role !== 'init' && run.image !== undefined && run.image !== view.spec.image) return 'imageChanged';
  if (run.phase === 'running' && view.probes.liveness === 'failure') return 'livenessFailed';
  return isPostStartOver(run) && run.phase === 'started' && view.probes.startup === 'failure' ? 'startupFailed' : undefined;
}

/** The runtime shows that it ended, or shows nothing any more (another boot, or removed behind our back). */
const hasEnded = ({ view, run }: RunView): boolean =>
  view.observed === undefined || view.observed.phase === 'exited' || run.bootId !== view.now.bootId;

/** Created by an acknowledged call; whether it was started, only the runtime knows. */
function createdStep(at: RunView): Decision {
  const { view, run } = at;
  const of = { container: view.spec.name, restartCount: run.restartCount };
  const observed = run.bootId === view.now.bootId ? view.observed : undefined;
  // It ran, though the reply to StartContainer was lost: the start is a fact like any other.
  if (observed !== undefined && observed.startedAtMs > 0) return record({ type: 'container.started', ...of, containerId: observed.id });
  if (observed === undefined || observed.phase !== 'created') return endedStep(at);
  // The runtime refused to start it, and shows it as it was: it will not become better by itself.
  if (run.failed !== undefined) return endedStep(at);
  if (view.endReason !== undefined || run.round < view.history.round) return abandonStep(at);
  if (view.sandboxId === undefined) return NOTHING;
  return decide({ kind: 'startContainer', ...of, containerId: observed.id });
}
