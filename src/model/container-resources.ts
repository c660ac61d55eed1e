/**
 * What a container's requests and limits become in its cgroup: the kubelet's arithmetic
 * (`pkg/kubelet/kuberuntime/kuberuntime_container_linux.go`, `pkg/kubelet/qos/policy.go`).
 */
import { CPU_PERIOD_MICROSECONDS, cpuQuota, cpuShares } from './cpu-bandwidth.ts';
import type { Container, PodSpec } from './pod.ts';
import { qosClass } from './qos-class.ts';
import { bytes, cpuMillis } from './quantity.ts';

export interface CgroupResources {
  readonly cpuPeriod: number;
  /** Microseconds a period; 0 = no limit. */
  readonly cpuQuota: number;
  readonly cpuShares: number;
  /** 0 = no limit. */
  readonly memoryLimitBytes: number;
  readonly oomScoreAdj: number;
}

export type ResourcesOfPod = Pick<PodSpec, 'containers' | 'initContainers' | 'priorityClassName'>;

const GUARANTEED_OOM_SCORE_ADJ = -997;
const BEST_EFFORT_OOM_SCORE_ADJ = 1000;
/** Its Pods are the last to be killed (`pkg/kubelet/types` `IsNodeCriticalPod`). */
const NODE_CRITICAL = 'system-node-critical';

/** `container` is one of the Pod's; both are defaulted and validated: requests were copied from limits. */
export function containerResources(pod: ResourcesOfPod, container: Container, nodeMemoryBytes: number): CgroupResources {
  const { limits = {}, requests = {} } = container.resources ?? {};
  return {
    cpuPeriod: CPU_PERIOD_MICROSECONDS,
    cpuQuota: cpuQuota(cpuMillis(limits['cpu'] ?? '0')),
    cpuShares: cpuShares(cpuMillis(requests['cpu'] ?? limits['cpu'] ?? '0')),
    memoryLimitBytes: bytes(limits['memory'] ?? '0'),
    oomScoreAdj: oomScoreAdj(pod, container, nodeMemoryBytes),
  };
}

function oomScoreAdj(pod: ResourcesOfPod, container: Container, nodeMemoryBytes: number): number {
  if (pod.priorityClassName === NODE_CRITICAL) return GUARANTEED_OOM_SCORE_ADJ;
  switch (qosClass(pod)) {
    case 'Guaranteed':
      return GUARANTEED_OOM_SCORE_ADJ;
    case 'BestEffort':
      return BEST_EFFORT_OOM_SCORE_ADJ;
    default:
      return burstableScore(countedRequest(pod, container), nodeMemoryBytes);
  }
}

/** A sidecar is killed no sooner than the regular container that asked for least. */
function countedRequest({ containers, initContainers = [] }: ResourcesOfPod, container: Container): number {
  const own = memoryRequest(container);
  const isSidecar = container.restartPolicy === 'Always' && initContainers.some(({ name }) => name === container.name);
  return isSidecar ? Math.max(own, Math.min(...containers.map(memoryRequest))) : own;
}

const memoryRequest = ({ resources }: Container): number => bytes(resources?.requests?.['memory'] ?? '0');

/** The more of the node's memory a container asked for, the later the kernel kills it. */
function burstableScore(requestBytes: number, nodeMemoryBytes: number): number {
  const score = 1000 - Math.floor((1000 * requestBytes) / nodeMemoryBytes);
  // Always between the two other classes.
  return Math.min(Math.max(score, 1000 + GUARANTEED_OOM_SCORE_ADJ), BEST_EFFORT_OOM_SCORE_ADJ - 1);
}
