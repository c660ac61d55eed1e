import type { Container } from '../../model/pod.ts';
import type { PodContainer } from '../../model/pod-containers.ts';
import type { ContainerStatus } from '../../model/pod-status.ts';
import type { ContainerHistory } from '../container/container-history.ts';
import { containerStates, isShownAsRunning } from './container-state.ts';
import type { StatusView } from './status-view.ts';

/** One entry of `containerStatuses` or `initContainerStatuses` (`lifecycle.md` 12.1). */
export function containerStatus(view: StatusView, container: PodContainer): ContainerStatus {
  const { spec } = container;
  const history = view.history.containers[spec.name] ?? {};
  const { state, lastState, showsRun } = containerStates(view, container);
  const shown = showsRun ? history.run : history.previous;
  return {
    name: spec.name,
    state,
    lastState,
    ready: isReady(container, history),
    restartCount: shown?.restartCount ?? 0,
    // An update of the image is not shown before there is an instance of it.
    image: shown?.image ?? spec.image,
    imageID: shown?.imageRef ?? '',
    ...(shown?.containerId === undefined ? {} : { containerID: `${view.runtimeName}://${shown.containerId}` }),
    started: isStarted(history),
    ...(state.running === undefined ? {} : runningFields(spec)),
    ...mountFields(spec),
  };
}

/** A regular init container is ready once it has done its work. */
function isReady({ role }: PodContainer, { run }: ContainerHistory): boolean {
  if (role === 'init') return run?.exited?.exitCode === 0;
  return run?.isReady === true && isShownAsRunning(run);
}

const isStarted = ({ run }: ContainerHistory): boolean => run?.isStarted === true && isShownAsRunning(run);

function runningFields({ resources }: Container): Pick<ContainerStatus, 'resources' | 'allocatedResources'> {
  if (resources === undefined) return { resources: {} };
  return { resources, ...(resources.requests === undefined ? {} : { allocatedResources: resources.requests }) };
}

function mountFields({ volumeMounts = [] }: Container): Pick<ContainerStatus, 'volumeMounts'> {
  if (volumeMounts.length === 0) return {};
  return {
    volumeMounts: volumeMounts.map(({ name, mountPath, readOnly }) => ({
      name,
      mountPath,
      ...(readOnly === true ? { readOnly, recursiveReadOnly: 'Disabled' } : {}),
    })),
  };
}
