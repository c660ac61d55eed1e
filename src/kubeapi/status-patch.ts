/**
 * What to write so that the API shows a status: a strategic merge patch of what differs, and nothing where nothing does
 * (`pkg/util/pod/pod.go` PatchPodStatus). Pure.
 */
import { isNodeCondition } from '../core/status/conditions.ts';
import { type Fields, isFields, listOf, sameJson, textOf } from '../model/json-fields.ts';
import type { PodCondition, PodStatus } from '../model/pod-status.ts';

/** Fields that the node writes as a whole. */
const WHOLE = [
  'observedGeneration',
  'phase',
  'message',
  'reason',
  'hostIP',
  'podIP',
  'startTime',
  'initContainerStatuses',
  'containerStatuses',
] as const satisfies readonly (keyof PodStatus)[];

/** Lists of addresses merge by `ip`; what is told is all there are. */
const ADDRESSES = ['hostIPs', 'podIPs'] as const satisfies readonly (keyof PodStatus)[];

/** The value of `status` in the patch; undefined: the API shows it already. `live` is the status that it shows. */
export function statusPatch(live: Fields, wanted: PodStatus): Fields | undefined {
  const whole = WHOLE.filter((field) => !sameJson(live[field], wanted[field])).map((field) => [field, wanted[field] ?? null]);
  const addresses = ADDRESSES.filter((field) => !sameJson(live[field] ?? [], wanted[field] ?? [])).map((field) => [
    field,
    [...(wanted[field] ?? []), { $patch: 'replace' }],
  ]);
  const patch = { ...Object.fromEntries([...whole, ...addresses]), ...conditionsPatch(live, wanted.conditions) };
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/**
 * Conditions merge by `type`. Those that the node does not write are not touched: what is known of them may be out of date.
 * None is taken away, as some have more writers than one (`DisruptionTarget`). All are shown in the order of `wanted`.
 */
function conditionsPatch(live: Fields, wanted: readonly PodCondition[]): Fields {
  const known = new Map(listOf(live, 'conditions').map((condition) => [textOf(condition, 'type'), condition]));
  const changed = wanted.filter((condition) => isNodeCondition(condition.type) && !sameJson(known.get(condition.type), condition));
  if (changed.length === 0) return {};
  return {
    '$setElementOrder/conditions': wanted.map(({ type }) => ({ type })),
    conditions: changed.map((condition) => ({ ...emptied(known.get(condition.type)), ...condition })),
  };
}

/** Elements merge field by field: what is not said again would stay. */
const emptied = (condition: unknown): Fields =>
  isFields(condition) ? Object.fromEntries(Object.keys(condition).map((name) => [name, null])) : {};
