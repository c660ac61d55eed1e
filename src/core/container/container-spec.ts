/** What the runtime is asked to make for a Pod: the kubelet's labels and annotations, and nothing that the Pod did not say. */
import { containerResources } from '../../model/container-resources.ts';
import type { Container, Pod, Volume } from '../../model/pod.ts';
import { qosClass } from '../../model/qos-class.ts';
import type { ContainerMount, ContainerSpec, PortMapping, SandboxSpec } from '../runtime-spec.ts';
import { expandEnv, expandVariables } from './expand-variables.ts';

export interface PodPlaces {
  /** Absolute; one directory a Pod. */
  readonly logDirectory: string;
  readonly cgroupParent: string;
}

export function sandboxSpec(pod: Pod, attempt: number, places: PodPlaces): SandboxSpec {
  const { metadata, spec } = pod;
  const hostNetwork = spec.hostNetwork === true;
  return {
    uid: metadata.uid,
    namespace: metadata.namespace,
    name: metadata.name,
    attempt,
    hostNetwork,
    // A Linux host name has at most 63 bytes, and must not end in a dot or hyphen (`pkg/kubelet/util` `GetNodenameForKernel`).
    hostname: hostNetwork ? '' : (spec.hostname ?? metadata.name).slice(0, 63).replace(/[.-]+$/, ''),
    logDirectory: places.logDirectory,
    cgroupParent: places.cgroupParent,
    portMappings: hostNetwork ? [] : spec.containers.flatMap(portMappings),
    labels: { ...metadata.labels, ...podLabels(pod) },
    annotations: { ...metadata.annotations },
  };
}

function portMappings(container: Container): readonly PortMapping[] {
  return (container.ports ?? []).flatMap(({ protocol, containerPort, hostPort, hostIP }) =>
    hostPort === undefined || hostPort === 0 ? [] : [{ protocol, containerPort, hostPort, ...(hostIP === undefined ? {} : { hostIP }) }],
  );
}

/** `pkg/kubelet/kuberuntime/labels.go` */
const podLabels = ({ metadata }: Pod): Record<string, string> => ({
  'io.kubernetes.pod.name': metadata.name,
  'io.kubernetes.pod.namespace': metadata.namespace,
  'io.kubernetes.pod.uid': metadata.uid,
});

export interface ContainerPlaces {
  /** Host path of each volume. */
  readonly volumes: Readonly<Record<string, string>>;
  readonly nodeMemoryBytes: number;
}

export function containerSpec(pod: Pod, container: Container, restartCount: number, places: ContainerPlaces): ContainerSpec {
  const env = expandEnv(container.env ?? []);
  const expanded = (texts: readonly string[] = []): readonly string[] => texts.map((text) => expandVariables(text, env));
  return {
    name: container.name,
    restartCount,
    image: container.image,
    command: expanded(container.command),
    args: expanded(container.args),
    workingDir: container.workingDir ?? '',
    env: [...env].map(([name, value]) => ({ name, value })),
    mounts: (container.volumeMounts ?? []).map((mount) => ({
      containerPath: mount.mountPath,
      hostPath: places.volumes[mount.name] ?? '',
      readOnly: mount.readOnly === true,
      propagation: propagationOf(mount.mountPropagation),
    })),
    resources: containerResources(container, qosClass(pod.spec), places.nodeMemoryBytes),
    logPath: `${container.name}/${restartCount}.log`,
    stdin: container.stdin === true,
    tty: container.tty === true,
    labels: { ...podLabels(pod), 'io.kubernetes.container.name': container.name },
    annotations: containerAnnotations(pod, container, restartCount),
  };
}

const propagationOf = (propagation: ContainerMount['propagation'] | undefined): ContainerMount['propagation'] => propagation ?? 'None';

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

/** Volumes that a host directory of the Pod's own backs. */
export const ownVolumes = (pod: Pod): readonly Volume[] => (pod.spec.volumes ?? []).filter(({ emptyDir }) => emptyDir !== undefined);
