/** What the runtime is asked to make for a container: the kubelet's labels and annotations, and nothing that the Pod did not say. */
import { containerResources } from '../../model/container-resources.ts';
import type { Container, Pod } from '../../model/pod.ts';
import type { ContainerMount, ContainerSecurity, ContainerSpec } from '../runtime-spec.ts';
import { expandVariables } from './expand-variables.ts';
import { podLabels } from './sandbox-spec.ts';

export interface ContainerPlaces {
  /** As `containerEnv` resolved it. */
  readonly env: ReadonlyMap<string, string>;
  readonly mounts: readonly ContainerMount[];
  readonly nodeMemoryBytes: number;
  /** As `containerSecurity` made it. */
  readonly security: ContainerSecurity;
}

export function containerSpec(pod: Pod, container: Container, restartCount: number, places: ContainerPlaces): ContainerSpec {
  const { env, mounts } = places;
  const expanded = (texts: readonly string[] = []): readonly string[] => texts.map((text) => expandVariables(text, env));
  return {
    name: container.name,
    restartCount,
    image: container.image,
    command: expanded(container.command),
    args: expanded(container.args),
    workingDir: container.workingDir ?? '',
    env: [...env].map(([name, value]) => ({ name, value })),
    mounts,
    resources: containerResources(pod.spec, container, places.nodeMemoryBytes),
    security: places.security,
    logPath: `${container.name}/${restartCount}.log`,
    stdin: container.stdin === true,
    stdinOnce: container.stdinOnce === true,
    tty: container.tty === true,
    labels: { ...podLabels(pod), 'io.kubernetes.container.name': container.name },
    annotations: containerAnnotations(pod, container, restartCount),
  };
}

/** What another agent needs to stop this container as its Pod asked, with nothing but the runtime to read from. */
function containerAnnotations(pod: Pod, container: Container, restartCount: number): Record<string, string> {
  const preStop = container.lifecycle?.preStop;
  return {
    'io.kubernetes.container.restartCount': String(restartCount),
    'dev.hooklet.image': container.image,
    'io.kubernetes.pod.terminationGracePeriod': String(pod.spec.terminationGracePeriodSeconds),
    ...(container.ports === undefined ? {} : { 'io.kubernetes.container.ports': JSON.stringify(container.ports) }),
    ...(preStop === undefined ? {} : { 'io.kubernetes.container.preStopHandler': JSON.stringify(preStop) }),
  };
}
