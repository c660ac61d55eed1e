/** The status of a Pod, complete, from what its journal says (`lifecycle.md` 12). Pure: the same history, the same status. */

import { apiTime } from '../../model/api-time.ts';
import { podContainers } from '../../model/pod-containers.ts';
import type { ContainerStatus, PodStatus } from '../../model/pod-status.ts';
import { qosClass } from '../../model/qos-class.ts';
import { podConditions } from './conditions.ts';
import { containerStatus } from './container-status.ts';
import { podPhase } from './pod-phase.ts';
import type { StatusView } from './status-view.ts';

export function podStatus(view: StatusView): PodStatus {
  const { pod, history, hostIPs } = view;
  if (history.rejected !== undefined) return rejectedStatus(view, history.rejected);
  const init = statusesOf(view, false);
  const regular = statusesOf(view, true);
  const statuses = [...init, ...regular];
  const phase = podPhase(view, statuses);
  return {
    ...generationOf(view),
    phase,
    conditions: podConditions({ view, phase, statuses }),
    ...(phase === 'Failed' && history.ending !== undefined ? { message: history.ending.message, reason: history.ending.reason } : {}),
    ...addresses('hostIP', hostIPs),
    ...addresses('podIP', podIPs(view)),
    ...(history.acceptedWallMs === undefined ? {} : { startTime: apiTime(history.acceptedWallMs) }),
    ...(init.length === 0 ? {} : { initContainerStatuses: init }),
    containerStatuses: [...regular].sort((a, b) => (a.name < b.name ? -1 : 1)),
    qosClass: qosClass(pod.spec),
  };
}

const statusesOf = (view: StatusView, regular: boolean): readonly ContainerStatus[] =>
  podContainers(view.pod)
    .filter(({ role }) => (role === 'regular') === regular)
    .map((container) => containerStatus(view, container));

/** `kubelet.go` `rejectPod`: nothing was started, nothing else is said. */
function rejectedStatus(view: StatusView, { reason, message }: { readonly reason: string; readonly message: string }): PodStatus {
  return {
    ...generationOf(view),
    phase: 'Failed',
    conditions: view.previous?.conditions ?? [],
    message: `Pod was rejected: ${message}`,
    reason,
    qosClass: qosClass(view.pod.spec),
    ...(view.history.acceptedWallMs === undefined ? {} : { startTime: apiTime(view.history.acceptedWallMs) }),
  };
}

function generationOf({ pod }: StatusView): Pick<PodStatus, 'observedGeneration'> {
  const { generation } = pod.metadata;
  return generation === undefined ? {} : { observedGeneration: generation };
}

/** A Pod in the host's network has the host's address; one that has ended keeps what it had. */
function podIPs({ pod, history, hostIPs, previous }: StatusView): readonly string[] {
  if (pod.spec.hostNetwork === true) return history.sandbox === undefined ? [] : hostIPs;
  const ip = history.sandbox?.ip ?? previous?.podIP;
  return ip === undefined ? [] : [ip];
}

function addresses(field: 'hostIP' | 'podIP', ips: readonly string[]): Partial<PodStatus> {
  const [first] = ips;
  return first === undefined ? {} : { [field]: first, [`${field}s`]: ips.map((ip) => ({ ip })) };
}

/** Nothing is written when nothing changed. */
export const isSameStatus = (a: PodStatus | undefined, b: PodStatus): boolean => JSON.stringify(a) === JSON.stringify(b);
