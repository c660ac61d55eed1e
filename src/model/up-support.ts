/**
 * What `hooklet up` runs beyond `hooklet run`: fields that an API and its binder give a meaning to. Everything else stands
 * in `run-support.ts`.
 */
import type { Served, TypeSupport } from './run-support.ts';
import { RUN_SUPPORT } from './run-support.ts';

/** Types that `run` never reaches, and fields that it refuses. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  PodSpec: ['affinity', 'nodeSelector', 'schedulingGates', 'topologySpreadConstraints'],
  Affinity: ['nodeAffinity', 'podAffinity', 'podAntiAffinity'],
  NodeAffinity: ['preferredDuringSchedulingIgnoredDuringExecution', 'requiredDuringSchedulingIgnoredDuringExecution'],
  NodeSelector: ['nodeSelectorTerms'],
  NodeSelectorTerm: ['matchExpressions', 'matchFields'],
  NodeSelectorRequirement: ['key', 'operator', 'values'],
  PreferredSchedulingTerm: ['preference', 'weight'],
  PodAffinity: ['preferredDuringSchedulingIgnoredDuringExecution', 'requiredDuringSchedulingIgnoredDuringExecution'],
  PodAntiAffinity: ['preferredDuringSchedulingIgnoredDuringExecution', 'requiredDuringSchedulingIgnoredDuringExecution'],
  PodAffinityTerm: ['labelSelector', 'matchLabelKeys', 'mismatchLabelKeys', 'namespaceSelector', 'namespaces', 'topologyKey'],
  WeightedPodAffinityTerm: ['podAffinityTerm', 'weight'],
  LabelSelector: ['matchExpressions', 'matchLabels'],
  LabelSelectorRequirement: ['key', 'operator', 'values'],
  TopologySpreadConstraint: [
    'labelSelector',
    'matchLabelKeys',
    'maxSkew',
    'minDomains',
    'nodeAffinityPolicy',
    'nodeTaintsPolicy',
    'topologyKey',
    'whenUnsatisfiable',
  ],
  PodSchedulingGate: ['name'],
  VolumeProjection: ['serviceAccountToken'],
  ServiceAccountTokenProjection: ['audience', 'expirationSeconds', 'path'],
};

function withAlso(support: TypeSupport | undefined, also: readonly string[]): TypeSupport {
  const refused = Object.entries(support?.refused ?? {}).filter(([field]) => !also.includes(field));
  return { ...support, runs: [...(support?.runs ?? []), ...also], refused: Object.fromEntries(refused) };
}

export const UP: Served = {
  command: 'hooklet up',
  support: {
    ...RUN_SUPPORT,
    ...Object.fromEntries(Object.entries(ALSO).map(([type, also]) => [type, withAlso(RUN_SUPPORT[type], also)])),
  },
};
