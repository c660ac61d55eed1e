/**
 * Pods that want to be together, or apart (`pkg/scheduler/framework/plugins/interpodaffinity/filtering.go`), where there is
 * one node: whatever it has the label of is one place, and all its Pods are in it. Pure.
 */
import type { ApiPod } from '../model/api-objects.ts';
import { type LabelSelector, type Labels, type Requirement, selects } from './label-selector.ts';

export interface Neighbourhood {
  /** Of the node. */
  readonly labels: Labels;
  /** The Pods on it that have not ended. */
  readonly bound: readonly ApiPod[];
  readonly namespaceLabels: (namespace: string) => Labels;
}

interface Term {
  readonly topologyKey: string;
  readonly labelSelector?: LabelSelector;
  readonly namespaces?: readonly string[];
  readonly namespaceSelector?: LabelSelector;
  readonly matchLabelKeys?: readonly string[];
  readonly mismatchLabelKeys?: readonly string[];
}

const labelsOf = ({ metadata }: ApiPod): Labels => metadata?.labels ?? {};
const namespaceOf = ({ metadata }: ApiPod): string => metadata?.namespace ?? '';
const affinityTerms = ({ spec }: ApiPod): readonly Term[] =>
  spec?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
const antiAffinityTerms = ({ spec }: ApiPod): readonly Term[] =>
  spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];

/** The first of a group, which only wants to be with its like, may be alone. */
export function isWithFriends(pod: ApiPod, { labels, bound, namespaceLabels }: Neighbourhood): boolean {
  const terms = affinityTerms(pod);
  if (terms.length === 0) return true;
  if (!terms.every(({ topologyKey }) => Object.hasOwn(labels, topologyKey))) return false;
  const isFriend = (other: ApiPod): boolean => terms.every((term) => isMeant(term, pod, other, namespaceLabels));
  return bound.some(isFriend) || isFriend(pod);
}

export const isAwayFromOthers = (pod: ApiPod, { labels, bound, namespaceLabels }: Neighbourhood): boolean =>
  !antiAffinityTerms(pod).some(
    (term) => Object.hasOwn(labels, term.topologyKey) && bound.some((other) => isMeant(term, pod, other, namespaceLabels)),
  );

export const othersPutUpWith = (pod: ApiPod, { labels, bound, namespaceLabels }: Neighbourhood): boolean =>
  !bound.some((other) =>
    antiAffinityTerms(other).some((term) => Object.hasOwn(labels, term.topologyKey) && isMeant(term, other, pod, namespaceLabels)),
  );

/** Whether the term of `owner` speaks of `pod`. */
function isMeant(term: Term, owner: ApiPod, pod: ApiPod, namespaceLabels: (namespace: string) => Labels): boolean {
  const { namespaces = [], namespaceSelector } = term;
  const namespace = namespaceOf(pod);
  const named = namespaces.length === 0 && namespaceSelector === undefined ? [namespaceOf(owner)] : namespaces;
  const isInside = named.includes(namespace) || selects(namespaceSelector, namespaceLabels(namespace));
  return isInside && selects(withLabelKeys(term.labelSelector, owner, term), labelsOf(pod));
}

interface LabelKeys {
  readonly matchLabelKeys?: readonly string[];
  readonly mismatchLabelKeys?: readonly string[];
}

/** "Like mine": the values are the owner's own. A server may have written them into the selector already. */
export function withLabelKeys(
  selector: LabelSelector | undefined,
  owner: ApiPod,
  { matchLabelKeys = [], mismatchLabelKeys = [] }: LabelKeys,
): LabelSelector | undefined {
  if (selector === undefined) return undefined;
  const own = labelsOf(owner);
  const require = (keys: readonly string[], operator: string): readonly Requirement[] =>
    keys.filter((key) => Object.hasOwn(own, key)).map((key) => ({ key, operator, values: [own[key] as string] }));
  return {
    ...selector,
    matchExpressions: [...(selector.matchExpressions ?? []), ...require(matchLabelKeys, 'In'), ...require(mismatchLabelKeys, 'NotIn')],
  };
}

export interface SpreadVerdict {
  readonly lacksLabel: boolean;
  readonly isUneven: boolean;
}

/**
 * `topologySpreadConstraints` that must hold (`podtopologyspread/filtering.go`): one node is one domain, which is as full as
 * the emptiest, unless more domains are asked for than there are.
 */
export function judgeSpread(pod: ApiPod, { labels, bound }: Neighbourhood): SpreadVerdict {
  const constraints = (pod.spec?.topologySpreadConstraints ?? []).filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule');
  const lacksLabel = constraints.some(({ topologyKey }) => !Object.hasOwn(labels, topologyKey));
  const isUneven = constraints.some(({ labelSelector, matchLabelKeys, maxSkew, minDomains = 1 }) => {
    const selector = withLabelKeys(labelSelector, pod, matchLabelKeys === undefined ? {} : { matchLabelKeys });
    const isCounted = (other: ApiPod): boolean =>
      namespaceOf(other) === namespaceOf(pod) && other.metadata?.deletionTimestamp === undefined && selects(selector, labelsOf(other));
    const count = bound.filter(isCounted).length;
    const least = minDomains > 1 ? 0 : count;
    return count + (isCounted(pod) ? 1 : 0) - least > maxSkew;
  });
  return { lacksLabel, isUneven };
}
