/** Whether a Pod wants to be on this node (`pkg/scheduler/framework/plugins/nodeaffinity`). Pure. */
import type { ApiNode, ApiPod } from '../model/api-objects.ts';
import { type Labels, meets, type Requirement, selects } from './label-selector.ts';

interface NodeSelectorTerm {
  readonly matchExpressions?: readonly Requirement[];
  readonly matchFields?: readonly Requirement[];
}

/** `spec.nodeSelector` and the required node affinity; what is only preferred changes nothing where there is one node. */
export function wantsNode({ spec }: ApiPod, node: ApiNode): boolean {
  const labels: Labels = node.metadata?.labels ?? {};
  if (spec?.nodeSelector !== undefined && !selects({ matchLabels: spec.nodeSelector }, labels)) return false;
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined) return true;
  return required.nodeSelectorTerms.some((term) => matchesTerm(term, labels, node.metadata?.name ?? ''));
}

/** Terms are alternatives; an empty one matches nothing. */
function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, labels: Labels, name: string): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const fields: Labels = { 'metadata.name': name };
  return (
    selects({ matchExpressions }, labels) &&
    matchFields.every((field) => Object.hasOwn(fields, field.key) && meets(field, fields[field.key]))
  );
}
