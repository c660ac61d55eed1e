import type { PodContainer } from '../../model/pod-containers.ts';
import type { ContainerView } from '../container/container-view.ts';
import { livingSandbox, NO_LIVING_SANDBOX } from './leftovers.ts';
import type { PodCourse } from './pod-course.ts';
import type { PodView } from './pod-view.ts';
import { isItsTurn } from './start-order.ts';
import { mayBeSignalled } from './stop-order.ts';

/** What the next step of one container depends on, cut out of its Pod. */
export function containerView(view: PodView, container: PodContainer, course: PodCourse): ContainerView {
  const { pod, history, now, settings } = view;
  const { spec, role } = container;
  const run = history.containers[spec.name]?.run;
  const sandbox = livingSandbox(view);
  const observed = view.containers.find(({ id }) => id === run?.containerId);
  const standing = view.probes.filter((probe) => probe.container === spec.name && probe.restartCount === run?.restartCount);
  return {
    pod,
    spec,
    role,
    history,
    now,
    settings,
    ...(course.kind === 'ends' ? { endReason: course.reason } : {}),
    ...(sandbox === NO_LIVING_SANDBOX ? {} : { sandboxId: sandbox.id }),
    ...(observed === undefined ? {} : { observed }),
    inFlight: view.inFlight.filter((hook) => hook.container === spec.name).map(({ hook }) => hook),
    execs: Object.fromEntries(view.execs.filter((exec) => exec.container === spec.name).map(({ hook, state }) => [hook, state])),
    probes: Object.fromEntries(standing.map(({ kind, result }) => [kind, result])),
    gettingImage: view.gettingImages.includes(spec.name),
    isItsTurn: isItsTurn(view, container),
    mayBeSignalled: mayBeSignalled(view, container),
  };
}
