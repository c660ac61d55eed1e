/** Why a Pod stays Pending, as upstream's scheduler says it (`pkg/scheduler/framework/types.go` FitError). Pure. */
import type { ApiPod } from '../model/api-objects.ts';
import { type Misfit, misfit, type NodeView } from './fits.ts';

export const NO_NODE = 'no nodes available to schedule pods';

export function misfitMessage(pod: ApiPod, view: NodeView, found: Misfit): string {
  return `${available(found.reasons)} preemption: ${preemption(pod, view, found)}`;
}

const available = (reasons: readonly string[]): string =>
  `0/1 nodes are available: ${[...new Set(reasons)]
    .map((reason) => `1 ${reason}`)
    .sort()
    .join(', ')}.`;

/** `plugins/defaultpreemption`: hooklet ends no Pod in favour of another, and says so where upstream would. */
function preemption(pod: ApiPod, view: NodeView, { isFinal }: Misfit): string {
  if (pod.spec?.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  if (isFinal) return available(['Preemption is not helpful for scheduling']);
  const others = view.bound.filter((other) => priorityOf(other) >= priorityOf(pod));
  if (others.length === view.bound.length || misfit(pod, { ...view, bound: others }) !== undefined) {
    return available(['No preemption victims found for incoming pod']);
  }
  return 'Pods of lower priority are in its way, and hooklet ends none for it: delete them.';
}

export const priorityOf = ({ spec }: ApiPod): number => spec?.priority ?? 0;
