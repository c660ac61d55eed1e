/** What the runtime is asked to make for a Pod as a whole: the kubelet's labels, and nothing that the Pod did not say. */

import type { Container, Pod } from '../../model/pod.ts';
import { podContainers } from '../../model/pod-containers.ts';
import { normalSysctlName } from '../../model/sysctl-names.ts';
import type { DnsSpec, PortMapping, SandboxSpec } from '../runtime-spec.ts';
import { podNamespaces, sandboxSecurity } from './security.ts';

export interface PodPlaces {
  /** Absolute; one directory a Pod. */
  readonly logDirectory: string;
  /** The Pod's own cgroup. */
  readonly cgroupParent: string;
  /** As `kernelHostname` found it. */
  readonly hostname: string;
  readonly dns?: DnsSpec;
}

export function sandboxSpec(pod: Pod, attempt: number, places: PodPlaces): SandboxSpec {
  const { metadata, spec } = pod;
  const namespaces = podNamespaces(pod);
  const onNode = namespaces.network === 'node';
  return {
    uid: metadata.uid,
    namespace: metadata.namespace,
    name: metadata.name,
    attempt,
    namespaces,
    hostname: onNode ? '' : places.hostname,
    ...(places.dns === undefined ? {} : { dns: places.dns }),
    logDirectory: places.logDirectory,
    cgroupParent: places.cgroupParent,
    security: sandboxSecurity(pod),
    sysctls: Object.fromEntries((spec.securityContext?.sysctls ?? []).map(({ name, value }) => [normalSysctlName(name), value])),
    portMappings: onNode ? [] : podContainers(pod).flatMap(({ spec: container, role }) => (role === 'init' ? [] : portMappings(container))),
    labels: { ...metadata.labels, ...podLabels(pod) },
    annotations: { ...metadata.annotations },
  };
}

function portMappings({ ports = [] }: Container): readonly PortMapping[] {
  return ports.flatMap(({ protocol, containerPort, hostPort, hostIP }) =>
    hostPort === undefined || hostPort === 0 ? [] : [{ protocol, containerPort, hostPort, ...(hostIP === undefined ? {} : { hostIP }) }],
  );
}

/** `pkg/kubelet/kuberuntime/labels.go` */
export const podLabels = ({ metadata }: Pod): Record<string, string> => ({
  'io.kubernetes.pod.name': metadata.name,
  'io.kubernetes.pod.namespace': metadata.namespace,
  'io.kubernetes.pod.uid': metadata.uid,
});
