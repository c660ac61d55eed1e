/** Taints that keep a Pod away (`component-helpers/scheduling/corev1/helpers.go`). Pure. */
import type { ApiNode, ApiPod } from '../model/api-objects.ts';

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** The node was cordoned, and the Pod does not care. */
export const ignoresCordon = (pod: ApiPod): boolean => tolerationsOf(pod).some((toleration) => tolerates(toleration, UNSCHEDULABLE));

export function hasUntoleratedTaint(pod: ApiPod, { spec }: ApiNode): boolean {
  const keepingAway = (spec?.taints ?? []).filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
  return keepingAway.some((taint) => !tolerationsOf(pod).some((toleration) => tolerates(toleration, taint)));
}

const tolerationsOf = ({ spec }: ApiPod): readonly Toleration[] => spec?.tolerations ?? [];

/** `staging/src/k8s.io/api/core/v1/toleration.go` */
export function tolerates({ key = '', operator = '', value = '', effect = '' }: Toleration, taint: Taint): boolean {
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (operator === '' || operator === 'Equal') && value === (taint.value ?? '');
}
