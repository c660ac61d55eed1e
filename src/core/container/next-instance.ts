/** A container that has no living instance: make its first one, its next one, or leave it ended. */

import { addMs, type Instant, isReached } from '../instant.ts';
import { type Decision, decide, NOTHING, record, wake } from '../step.ts';
import type { ContainerRun, ImageHistory } from './container-history.ts';
import { type ContainerView, containerHistory } from './container-view.ts';
import { backOffMs, CREATE_RETRY_MS, imageBackOffMs, willRestart } from './restart.ts';

export function nextInstanceStep(view: ContainerView): Decision {
  const { history, spec } = view;
  if (view.endReason !== undefined || history.endedPhase !== undefined || view.sandboxId === undefined || view.gettingImage) return NOTHING;
  const { run, image } = containerHistory(view);
  const isFirst = run === undefined || run.round < history.round;
  if (isFirst && !view.isItsTurn) return NOTHING;
  if (run !== undefined && willRestart(view, view, run) === false) return NOTHING;
  const imageRetryAt = nextImageTry(image, view);
  if (imageRetryAt !== undefined && !isReached(imageRetryAt, view.now)) return wake(imageRetryAt);
  const create = decide({ kind: 'createContainer', container: spec.name, restartCount: nextCount(run), sandboxId: view.sandboxId });
  // Init containers of a new round are not restarted: everything begins anew.
  return run === undefined || (isFirst && view.role !== 'regular') ? create : afterBackOff(view, run, create);
}

/** Set while the last try failed. Another image has another record (`kuberuntime_image.go`). */
function nextImageTry(image: ImageHistory | undefined, { spec, now }: ContainerView): Instant | undefined {
  if (image?.kind !== 'failed' || image.image !== spec.image || image.at === undefined) return undefined;
  return inThisBoot(addMs(image.at, imageBackOffMs(image.failures)), now);
}

/** An instance that could not be created did not count as one (`startContainer`: the count is read from made instances). */
const nextCount = (run: ContainerRun | undefined): number => {
  if (run === undefined) return 0;
  return run.phase === 'notCreated' ? run.restartCount : run.restartCount + 1;
};

function afterBackOff(view: ContainerView, run: ContainerRun, create: Decision): Decision {
  // The entry's key holds the image: with another one there is nothing to wait for (`doBackOff`).
  if (run.image !== undefined && run.image !== view.spec.image) return create;
  const of = { container: view.spec.name, restartCount: run.restartCount };
  const backoffMs = run.phase === 'notCreated' ? CREATE_RETRY_MS : backOffMs(containerHistory(view), view.settings);
  if (run.restarting === undefined) {
    const endedWallMs = run.exited?.wallMs ?? run.failedWallMs ?? view.now.wallMs;
    return record({ type: 'container.restarting', ...of, backoffMs, startAt: momentAfter(endedWallMs, backoffMs, view.now) });
  }
  const startAt = inThisBoot(run.restarting.startAt ?? view.now, view.now);
  return isReached(startAt, view.now) ? create : wake(startAt);
}

/** A wait does not outlive its boot: the wall clock of a machine that just started may say anything. */
const inThisBoot = (moment: Instant, now: Instant): Instant => (moment.bootId === now.bootId ? moment : now);

/**
 * `delayMs` after a stored wall time, as a moment of this boot. A wall clock that jumped meanwhile can neither stretch the
 * wait beyond the delay nor make it negative. Asked once and stored: asked again it would never come nearer.
 */
function momentAfter(wallMs: number, delayMs: number, now: Instant): Instant {
  const left = wallMs + delayMs - now.wallMs;
  return addMs(now, Math.min(Math.max(left, 0), delayMs));
}
