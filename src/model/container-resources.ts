/**
 * What a container's requests and limits become in its cgroup: the kubelet's arithmetic
 * (`pkg/kubelet/kuberuntime/kuberuntime_container_linux.go`, `pkg/kubelet/cm/helpers_linux.go`, `pkg/kubelet/qos/policy.go`).
 */
import type { Container } from './pod.ts';
import type { QosClass } from './qos-class.ts';
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

const CPU_PERIOD_MICROSECONDS = 100_000;
/** Below 1 ms a period the kernel's scheduler does not obey. */
const MIN_QUOTA_MICROSECONDS = 1_000;
const SHARES_PER_CPU = 1024;
/** The kernel's own bounds of cpu.shares. */
const MIN_SHARES = 2;
const MAX_SHARES = 262_144;

const GUARANTEED_OOM_SCORE_ADJ = -997;
const BEST_EFFORT_OOM_SCORE_ADJ = 1000;

/** `container` is defaulted and validated: its requests were copied from its limits. */
export function containerResources(container: Container, qos: QosClass, nodeMemoryBytes: number): CgroupResources {
  const { limits = {}, requests = {} } = container.resources ?? {};
  return {
    cpuPeriod: CPU_PERIOD_MICROSECONDS,
    cpuQuota: cpuQuota(cpuMillis(limits['cpu'] ?? '0')),
    cpuShares: cpuShares(cpuMillis(requests['cpu'] ?? limits['cpu'] ?? '0')),
    memoryLimitBytes: bytes(limits['memory'] ?? '0'),
    oomScoreAdj: oomScoreAdj(qos, bytes(requests['memory'] ?? '0'), nodeMemoryBytes),
  };
}

function cpuQuota(millis: number): number {
  if (millis === 0) return 0;
  return Math.max(Math.floor((millis * CPU_PERIOD_MICROSECONDS) / 1000), MIN_QUOTA_MICROSECONDS);
}

function cpuShares(millis: number): number {
  return Math.min(Math.max(Math.floor((millis * SHARES_PER_CPU) / 1000), MIN_SHARES), MAX_SHARES);
}

/** The more of the node's memory a Burstable container asked for, the later the kernel kills it. */
function oomScoreAdj(qos: QosClass, memoryRequestBytes: number, nodeMemoryBytes: number): number {
  if (qos === 'Guaranteed') return GUARANTEED_OOM_SCORE_ADJ;
  if (qos === 'BestEffort') return BEST_EFFORT_OOM_SCORE_ADJ;
  const score = 1000 - Math.floor((1000 * memoryRequestBytes) / nodeMemoryBytes);
  // Always between the two other classes.
  return Math.min(Math.max(score, 1000 + GUARANTEED_OOM_SCORE_ADJ), BEST_EFFORT_OOM_SCORE_ADJ - 1);
}
