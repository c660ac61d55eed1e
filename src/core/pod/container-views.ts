import type { Container } from '../../model/pod.ts';
import type { ContainerView } from '../container/container-view.ts';
import { livingSandbox, NO_LIVING_SANDBOX } from './leftovers.ts';
import type { ContainerRun } from './pod-history.ts';
import type { PodView } from './pod-view.ts';

/** What the next step of one container depends on, cut out of its Pod. */
export function containerView(view: PodView, spec: Container): ContainerView {
  const { pod, history, now } = view;
  const run = history.containers[spec.name]?.run;
  const sandbox = livingSandbox(view);
  const observed = view.containers.find(({ id }) => id === run?.containerId);
  return {
    pod,
    spec,
    history,
    now,
    ...(sandbox === NO_LIVING_SANDBOX ? {} : { sandboxId: sandbox.id }),
    ...(observed === undefined ? {} : { observed }),
    inFlight: view.inFlight.filter(({ container }) => container === spec.name).map(({ hook }) => hook),
    execs: Object.fromEntries(view.execs.filter(({ container }) => container === spec.name).map(({ hook, state }) => [hook, state])),
    gettingImage: view.gettingImages.includes(spec.name),
    mayStartFirst: view.pod.spec.containers.slice(0, view.pod.spec.containers.indexOf(spec)).every((earlier) => isPastStart(view, earlier)),
  };
}

/** Tried at least once, and not between its creation and the end of its postStart. */
function isPastStart(view: PodView, spec: Container): boolean {
  const container = view.history.containers[spec.name];
  if (container?.run === undefined) return container?.image?.kind === 'failed';
  return !isStarting(container.run);
}

/** A failed postStart is over once its container was killed: `startContainer` does both before it returns. */
function isStarting({ phase, stopping }: ContainerRun): boolean {
  return phase === 'created' || phase === 'started' || (phase === 'stopping' && stopping?.reason === 'postStartFailed');
}
