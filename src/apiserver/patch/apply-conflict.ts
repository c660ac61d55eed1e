/** What a client is told that applies a field of somebody else (`managedfields/internal/conflict.go`). */
import { quoted, type StatusCause, StatusError } from '../status-error.ts';
import { pathsOf, showPath } from './field-set.ts';
import type { Manager, Managers } from './managers.ts';

/** One field that another manager owns and that would change. */
export interface ApplyConflict {
  /** `"kubectl-edit" using v1`, `"kubelet" with subresource "status" using v1`, `"flux"`. */
  readonly owner: string;
  /** `.spec.containers[name="web"].image`. */
  readonly field: string;
}

export function conflictsIn(contested: Managers): readonly ApplyConflict[] {
  const managers = [...contested].sort(([a], [b]) => (a < b ? -1 : 1));
  return managers.flatMap(([, manager]) => pathsOf(manager.fields).map((path) => ({ owner: showOwner(manager), field: showPath(path) })));
}

/** Appliers are known by their name, whichever version they apply. */
function showOwner({ name, operation, apiVersion, subresource }: Manager): string {
  const owner = subresource === '' ? quoted(name) : `${quoted(name)} with subresource ${quoted(subresource)}`;
  return operation === 'Update' ? `${owner} using ${apiVersion}` : owner;
}

/** 409; kubectl prints the causes and says how to take the fields over. */
export function applyConflictError(conflicts: readonly ApplyConflict[]): StatusError {
  const causes: readonly StatusCause[] = conflicts.map(({ owner, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${owner}`,
    field,
  }));
  return new StatusError(409, 'Conflict', conflictMessage(conflicts), { causes });
}

function conflictMessage(conflicts: readonly ApplyConflict[]): string {
  const [only] = conflicts;
  if (only !== undefined && conflicts.length === 1) return `Apply failed with 1 conflict: conflict with ${only.owner}: ${only.field}`;
  const byOwner = Map.groupBy(conflicts, ({ owner }) => owner);
  const lines = [...byOwner].flatMap(([owner, fields]) => [`conflicts with ${owner}:`, ...fields.map(({ field }) => `- ${field}`)]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}
