/**
 * A Pod that runs and that the journal does not know: its journal was lost, or it was made by another hooklet of the same
 * state. Upstream stops it without preStop though the handler is written on the container (`lifecycle.md` 16, row 15); here
 * it is read back and stopped like any other Pod.
 */
import type { Container, ContainerPort, LifecycleHandler, Pod } from '../../model/pod.ts';
import type { Instant } from '../instant.ts';
import type { Fact } from '../journal-record.ts';
import type { ContainerState, SandboxState } from '../runtime-state.ts';

/** `types.go` `DefaultTerminationGracePeriodSeconds`; for a container without the annotation. */
const DEFAULT_GRACE_SECONDS = 30;

export function orphanFacts(sandbox: SandboxState, all: readonly ContainerState[], now: Instant): readonly Fact[] | 'nothingRuns' {
  const running = all.filter(({ sandboxId, phase }) => sandboxId === sandbox.id && phase === 'running');
  if (running.length === 0) return 'nothingRuns';
  return [
    { type: 'pod.accepted', spec: orphanPod(sandbox, running) },
    { type: 'sandbox.ready', sandboxId: sandbox.id, attempt: sandbox.attempt },
    ...running.flatMap((container) => runningFacts(container, now)),
  ];
}

/** Its postStart is over or lost: nobody can tell, and nobody waits for it any more. */
function runningFacts({ id, name, restartCount }: ContainerState, { bootId }: Instant): readonly Fact[] {
  const of = { container: name, restartCount };
  return [
    { type: 'container.created', ...of, containerId: id, bootId, hooksDue: [] },
    { type: 'container.started', ...of, containerId: id },
    { type: 'container.ready', ...of },
  ];
}

function orphanPod({ uid, namespace, name }: SandboxState, running: readonly ContainerState[]): Pod {
  const graces = running.map(({ annotations }) => Number(annotations['io.kubernetes.pod.terminationGracePeriod'] ?? DEFAULT_GRACE_SECONDS));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { uid, namespace, name },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: Math.max(...graces.filter(Number.isFinite), 0),
      containers: running.map(orphanContainer),
    },
  };
}

function orphanContainer({ name, annotations }: ContainerState): Container {
  const preStop = parsed<LifecycleHandler>(annotations['io.kubernetes.container.preStopHandler']);
  const ports = parsed<readonly ContainerPort[]>(annotations['io.kubernetes.container.ports']);
  return {
    name,
    image: annotations['dev.hooklet.image'] ?? '',
    imagePullPolicy: 'Never',
    ...(preStop === undefined ? {} : { lifecycle: { preStop } }),
    ...(ports === undefined ? {} : { ports }),
  };
}

/** Written by a hooklet; a text that is damaged all the same is as good as none. */
function parsed<T>(text: string | undefined): T | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}
