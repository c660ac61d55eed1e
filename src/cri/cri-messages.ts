/** hooklet's specifications and states in CRI's messages, and back. Pure. */
import type { ContainerMount, ContainerSpec, SandboxSpec } from '../core/runtime-spec.ts';
import type { ContainerState, SandboxState } from '../core/runtime-state.ts';
import { containerSecurityContext, dnsConfig, sandboxSecurityContext } from './cri-security.ts';
import {
  type Container,
  type ContainerConfig,
  type ContainerStatus,
  ContainerState as CriContainerState,
  PodSandboxState as CriSandboxState,
  type DeepPartial,
  MountPropagation,
  type PodSandbox,
  type PodSandboxConfig,
  type PodSandboxStatus,
  Protocol,
} from './gen/cri.ts';

/** On every sandbox and container: whose it is. Two hooklets may share one runtime. */
export const stateLabel = 'dev.hooklet.state';
/** lifecycle.md of the API: kubelet's own label (`kuberuntime/labels.go`), so that other CRI tools show the Pod. */
export const podUidLabel = 'io.kubernetes.pod.uid';

const propagations = {
  None: MountPropagation.PROPAGATION_PRIVATE,
  HostToContainer: MountPropagation.PROPAGATION_HOST_TO_CONTAINER,
  Bidirectional: MountPropagation.PROPAGATION_BIDIRECTIONAL,
} as const satisfies Record<ContainerMount['propagation'], MountPropagation>;

export function sandboxConfig(spec: SandboxSpec, instanceId: string): DeepPartial<PodSandboxConfig> {
  return {
    metadata: { name: spec.name, uid: spec.uid, namespace: spec.namespace, attempt: spec.attempt },
    // With the machine's network the runtime refuses a hostname: the UTS namespace is the machine's too.
    hostname: spec.namespaces.network === 'node' ? '' : spec.hostname,
    logDirectory: spec.logDirectory,
    ...(spec.dns === undefined ? {} : { dnsConfig: dnsConfig(spec.dns) }),
    portMappings: spec.portMappings.map((mapping) => ({
      protocol: Protocol[mapping.protocol],
      containerPort: mapping.containerPort,
      hostPort: mapping.hostPort,
      hostIp: mapping.hostIP ?? '',
    })),
    labels: ownLabels(spec.labels, spec.uid, instanceId),
    annotations: { ...spec.annotations },
    linux: {
      cgroupParent: spec.cgroupParent,
      securityContext: sandboxSecurityContext(spec.namespaces, spec.security),
      sysctls: { ...spec.sysctls },
    },
  };
}

export function containerConfig(sandbox: SandboxSpec, spec: ContainerSpec, instanceId: string): DeepPartial<ContainerConfig> {
  const { resources } = spec;
  return {
    metadata: { name: spec.name, attempt: spec.restartCount },
    image: { image: spec.image },
    command: [...spec.command],
    args: [...spec.args],
    workingDir: spec.workingDir,
    envs: spec.env.map(({ name, value }) => ({ key: name, value })),
    mounts: spec.mounts.map((mount) => ({
      containerPath: mount.containerPath,
      hostPath: mount.hostPath,
      readonly: mount.readOnly,
      propagation: propagations[mount.propagation],
    })),
    labels: ownLabels(spec.labels, sandbox.uid, instanceId),
    annotations: { ...spec.annotations },
    logPath: spec.logPath,
    stdin: spec.stdin,
    stdinOnce: spec.stdinOnce === true,
    tty: spec.tty,
    linux: {
      resources: {
        cpuPeriod: resources.cpuPeriod,
        cpuQuota: resources.cpuQuota,
        cpuShares: resources.cpuShares,
        memoryLimitInBytes: resources.memoryLimitBytes,
        oomScoreAdj: resources.oomScoreAdj,
      },
      securityContext: containerSecurityContext(sandbox.namespaces, spec.security),
    },
  };
}

const ownLabels = (labels: Readonly<Record<string, string>>, uid: string, instanceId: string) => ({
  ...labels,
  [podUidLabel]: uid,
  [stateLabel]: instanceId,
});

export function labelSelector(instanceId: string, uid: string | undefined): Record<string, string> {
  return { [stateLabel]: instanceId, ...(uid === undefined ? {} : { [podUidLabel]: uid }) };
}

export function sandboxState(sandbox: PodSandbox, status: PodSandboxStatus | undefined): SandboxState {
  const ip = status?.network?.ip ?? '';
  return {
    id: sandbox.id,
    uid: sandbox.metadata?.uid ?? '',
    namespace: sandbox.metadata?.namespace ?? '',
    name: sandbox.metadata?.name ?? '',
    attempt: sandbox.metadata?.attempt ?? 0,
    ready: (status?.state ?? sandbox.state) === CriSandboxState.SANDBOX_READY,
    createdAtMs: msOf(sandbox.createdAt),
    ...(ip === '' ? {} : { ip }),
    annotations: sandbox.annotations,
  };
}

export function containerState(container: Container, status: ContainerStatus | undefined): ContainerState {
  return {
    id: container.id,
    uid: container.labels[podUidLabel] ?? '',
    sandboxId: container.podSandboxId,
    name: container.metadata?.name ?? '',
    restartCount: container.metadata?.attempt ?? 0,
    phase: phaseOf(status?.state ?? container.state),
    createdAtMs: msOf(container.createdAt),
    startedAtMs: msOf(status?.startedAt ?? 0n),
    finishedAtMs: msOf(status?.finishedAt ?? 0n),
    exitCode: status?.exitCode ?? 0,
    reason: reasonOf(status),
    message: status?.message ?? '',
    annotations: container.annotations,
  };
}

/**
 * containerd 1.6 writes OOMKilled on a container as soon as any process in it was killed for want of memory, a hook's
 * or a probe's too, while it runs and whatever its exit code. The reason is that of the process that ended.
 */
function reasonOf(status: ContainerStatus | undefined): string {
  if (status?.reason !== 'OOMKilled' || status.exitCode === killedExitCode) return status?.reason ?? '';
  if (status.state !== CriContainerState.CONTAINER_EXITED) return '';
  return status.exitCode === 0 ? 'Completed' : 'Error';
}

/** 128 + SIGKILL */
const killedExitCode = 137;

function phaseOf(state: CriContainerState): ContainerState['phase'] {
  switch (state) {
    case CriContainerState.CONTAINER_CREATED:
      return 'created';
    case CriContainerState.CONTAINER_RUNNING:
      return 'running';
    case CriContainerState.CONTAINER_EXITED:
      return 'exited';
    default:
      return 'unknown';
  }
}

/** CRI counts nanoseconds; a time that was never reached is 0, or in Go's way a date long before 1970. */
const msOf = (nanoseconds: bigint): number => (nanoseconds <= 0n ? 0 : Number(nanoseconds / 1_000_000n));
