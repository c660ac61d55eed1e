/**
 * A Pod's own cgroup: where it lies, and what all its containers may use together (`pkg/kubelet/cm/helpers_linux.go`
 * `ResourceConfigForPod`, `component-helpers/resource/helpers.go`). Pod-level `spec.resources` and overhead are not counted.
 */
import { CPU_PERIOD_MICROSECONDS, cpuQuota, cpuShares } from './cpu-bandwidth.ts';
import type { Container, PodSpec } from './pod.ts';
import { type QosClass, qosClass } from './qos-class.ts';
import { bytes, cpuMillis } from './quantity.ts';

/** 0 = no limit; what has no limit is not set at all. */
export interface PodCgroupResources {
  readonly cpuShares: number;
  readonly cpuPeriod: number;
  /** Microseconds a period. */
  readonly cpuQuota: number;
  readonly memoryLimitBytes: number;
}

type Containers = Pick<PodSpec, 'containers' | 'initContainers'>;

/** Guaranteed Pods lie directly below the parent. */
const CLASS_DIRECTORIES: Readonly<Record<QosClass, string>> = { Guaranteed: '', Burstable: 'burstable/', BestEffort: 'besteffort/' };
export const CLASS_CGROUPS: readonly string[] = Object.values(CLASS_DIRECTORIES)
  .filter((name) => name !== '')
  .map((name) => name.slice(0, -1));
const PREFIX = 'pod';

/** Relative to the parent of all cgroups of this node; `uid` was checked to be no path. */
export const podCgroupName = (spec: Containers, uid: string): string => `${CLASS_DIRECTORIES[qosClass(spec)]}${PREFIX}${uid}`;

/** The Pod that a directory below the parent or a class belongs to; undefined for any other directory. */
export const uidOfPodCgroup = (name: string): string | undefined =>
  name.startsWith(PREFIX) && name.length > PREFIX.length ? name.slice(PREFIX.length) : undefined;

/** Requests decide the shares; a limit holds for the Pod only where each container has one. */
export function podCgroupResources(spec: Containers): PodCgroupResources {
  const cpu = together(spec, cpuOf('requests')).most;
  const cpuLimit = together(spec, cpuOf('limits'));
  const memoryLimit = together(spec, (container) => bytes(container.resources?.limits?.['memory'] ?? '0'));
  return {
    cpuShares: cpuShares(cpu),
    cpuPeriod: CPU_PERIOD_MICROSECONDS,
    cpuQuota: cpuLimit.isDeclared ? cpuQuota(cpuLimit.most) : 0,
    memoryLimitBytes: memoryLimit.isDeclared ? memoryLimit.most : 0,
  };
}

const cpuOf =
  (what: 'requests' | 'limits') =>
  ({ resources }: Container): number =>
    cpuMillis(resources?.[what]?.['cpu'] ?? '0');

interface Together {
  /** The most that ever runs side by side. */
  readonly most: number;
  /**
   * Each container has some of it. As upstream counts, a regular init container without any is no exception once a
   * sidecar that has some runs beside it.
   */
  readonly isDeclared: boolean;
}

/** Init containers run one after the other, each beside the sidecars before it; then all others run beside all sidecars. */
function together({ containers, initContainers = [] }: Containers, amountOf: (container: Container) => number): Together {
  const amounts = containers.map(amountOf);
  let sidecars = 0;
  let mostAtInit = 0;
  let isDeclared = amounts.every((amount) => amount > 0);
  for (const container of initContainers) {
    const atOnce = sidecars + amountOf(container);
    if (container.restartPolicy === 'Always') sidecars = atOnce;
    mostAtInit = Math.max(mostAtInit, atOnce);
    isDeclared &&= atOnce > 0;
  }
  return { most: Math.max(sidecars + amounts.reduce((sum, amount) => sum + amount, 0), mostAtInit), isDeclared };
}
