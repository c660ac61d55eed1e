/**
 * Server-side apply (`structured-merge-diff/merge/update.go` and what `managedfields/internal` wraps around it).
 *
 * A1 What is applied is laid over the live object. What this manager applied before and does not apply now is removed,
 *    unless somebody else owns it too.
 * A2 A field that changes and that somebody else owns is a conflict; force takes it over. Fields that two managers apply
 *    with the same value are both's.
 * A3 Before the first apply nobody was tracked: what is there then belongs to "before-first-apply".
 * A4 A field that is applied as null is owned, conflicts with who owns a value there, and is not there in the end.
 * A5 An apply that changes nothing, not even an owner, gives the live object back, with its old times.
 */

import { type Fields, fieldsOf, textOf } from '../../model/json-fields.ts';
import { sameJson } from '../api-object.ts';
import { badRequest } from '../status-error.ts';
import { type ApplyConflict, conflictsIn } from './apply-conflict.ts';
import { checkApplied } from './check-applied.ts';
import type { Comparison } from './compare-objects.ts';
import { difference, type FieldSet, intersection, isEmptySet, sameFields, union, withoutBranches } from './field-set.ts';
import { refuseTooDeep, withoutNulls } from './json-values.ts';
import { KUBECTL, lastAppliedFields, withLastApplied } from './last-applied.ts';
import { compareTracked, contestedFields, NOBODYS, resetFields, type Tracking, updateManagers, yieldFields } from './managed-fields.ts';
import {
  identityOf,
  type Manager,
  type Managers,
  managedFieldsIn,
  readManagers,
  withManagedFields,
  withoutManagedFields,
  writeManagers,
} from './managers.ts';
import { mergeApplied } from './merge-objects.ts';
import { ownedFields, withStructs } from './owned-fields.ts';
import { removeFields } from './remove-fields.ts';
import { objectType } from './value-shape.ts';

export interface ApplyRequest extends Tracking {
  readonly kind: string;
  /** Undefined: the apply creates the object. */
  readonly live: Fields | undefined;
  /** What the client sent, a part of an object. */
  readonly applied: Fields;
  readonly force: boolean;
}

export type ApplyOutcome =
  /** With its managed fields, not yet defaulted; `live` itself where nothing changed. */
  { readonly object: Fields } | { readonly conflicts: readonly ApplyConflict[] };

/** Throws a StatusError (400) where `applied` cannot be applied at all. */
export function applyServerSide(request: ApplyRequest): ApplyOutcome {
  checkRequest(request);
  const applying = prepare(request);
  const contested = request.force ? undefined : conflictsOf(request, applying);
  if (contested !== undefined && contested.size > 0) return { conflicts: conflictsIn(contested) };

  const { apiVersion, live, time } = request;
  const yielded = new Map(yieldFields(applying.managers, applying.comparison, { apiVersion, except: applying.identity }));
  const fields = difference(applying.self.fields, NOBODYS);
  if (isEmptySet(fields)) yielded.delete(applying.identity);
  else yielded.set(applying.identity, { ...applying.self, fields, time });

  const merged = applying.hasNulls ? (withoutNulls(applying.object) as Fields) : applying.object;
  const object = request.manager === KUBECTL ? withLastApplied(merged, request.applied) : merged;
  if (live !== undefined && sameJson(object, withoutManagedFields(live)) && sameOwners(yielded, liveManagers(live)))
    return { object: live };
  return { object: withManagedFields(object, writeManagers(yielded)) };
}

function checkRequest({ schema, typeName, apiVersion, kind, applied }: ApplyRequest): void {
  const type = `${gvkText(textOf(applied, 'apiVersion'), textOf(applied, 'kind'))}`;
  if (type !== gvkText(apiVersion, kind)) throw badRequest(`invalid object type: ${type}`);
  if ((managedFieldsIn(applied) ?? null) !== null) throw badRequest('metadata.managedFields must be nil');
  refuseTooDeep(applied, 'The applied object');
  const problems = checkApplied(schema, objectType(typeName), applied);
  if (problems.length === 0) return;
  const metadata = fieldsOf(applied, 'metadata');
  const listed = problems.length === 1 ? problems[0] : ['errors:', ...problems.map((one) => `  ${one}`)].join('\n');
  throw badRequest(
    `failed to create typed patch object (${textOf(metadata, 'namespace')}/${textOf(metadata, 'name')}; ${type}): ${listed}`,
  );
}

/** Go's way to print one: `/v1, Kind=Pod`, `coordination.k8s.io/v1, Kind=Lease`. */
const gvkText = (apiVersion: string, kind: string): string => `${apiVersion.includes('/') ? '' : '/'}${apiVersion}, Kind=${kind}`;

interface Applying {
  /** The object as it would be, with the nulls that were applied. */
  readonly object: Fields;
  readonly hasNulls: boolean;
  /** From the live object to this one. */
  readonly comparison: Comparison;
  /** All as they were, and `self`. */
  readonly managers: Managers;
  readonly identity: string;
  readonly self: Manager;
}

function prepare(request: ApplyRequest): Applying {
  const { schema, typeName, apiVersion, manager, subresource = '', time } = request;
  const type = objectType(typeName);
  const live = withoutManagedFields(request.live ?? {});
  const reset = resetFields(subresource);
  const applied = (removeFields(schema, type, request.applied, { fields: reset }) ?? {}) as Fields;
  const before = managersBefore(request);
  const fields = withoutBranches(ownedFields(schema, type, applied), reset);
  const self: Manager = { name: manager === '' ? 'unknown' : manager, operation: 'Apply', apiVersion, subresource, time, fields };
  const identity = identityOf(self);
  const managers = new Map(before).set(identity, self);
  const merged = mergeApplied(schema, type, live, applied) as Fields;
  const set = withoutNulls(applied);
  const last = before.get(identity);
  const isFirst = last === undefined || last.apiVersion !== apiVersion;
  const object = isFirst ? merged : prune(request, merged, { managers, last: last.fields, set: ownedFields(schema, type, set) });
  return { object, hasNulls: set !== applied, comparison: compareTracked(request, live, object), managers, identity, self };
}

/** A3 */
function managersBefore(request: ApplyRequest): Managers {
  const { live } = request;
  const managers = liveManagers(live);
  if (live === undefined || managers.size > 0) return managers;
  return updateManagers({ ...request, manager: 'before-first-apply' }, managers, undefined, live);
}

/** What cannot be read, nobody owns. */
const liveManagers = (live: Fields | undefined): Managers => readManagers(managedFieldsIn(live)) ?? new Map<string, Manager>();

interface Pruning {
  /** With what this manager applies now. */
  readonly managers: Managers;
  /** What it applied before. */
  readonly last: FieldSet;
  /** What it applies now other than null. */
  readonly set: FieldSet;
}

/** A1 */
function prune({ schema, typeName }: Tracking, merged: Fields, { managers, last, set }: Pruning): Fields {
  const type = objectType(typeName);
  const complete = (fields: FieldSet): FieldSet => withStructs(schema, type, fields);
  const claimed = [...managers.values()].map(({ fields }) => fields).reduce(union);
  // As a rule the same fields are applied again, and nothing is to go.
  if (isEmptySet(difference(last, claimed))) return merged;
  const take = (fields: FieldSet): unknown => removeFields(schema, type, merged, { fields, keep: set });
  const fieldsOfObject = (object: unknown): FieldSet => complete(ownedFields(schema, type, object));

  const lastFields = complete(last);
  const all = fieldsOfObject(merged);
  const owned = complete(claimed);
  const withoutLast = fieldsOfObject(take(lastFields));
  // What somebody owns comes back, and so does what went with a struct or an element though this manager never owned it.
  const withOwned = fieldsOfObject(take(difference(all, union(withoutLast, owned))));
  return (take(intersection(difference(all, withOwned), lastFields)) ?? {}) as Fields;
}

/** A2. What kubectl applied before as a client is its own. */
function conflictsOf(request: ApplyRequest, { comparison, managers, identity }: Applying): Managers {
  const contested = contestedFields(managers, comparison, { apiVersion: request.apiVersion, except: identity });
  if (request.manager !== KUBECTL || contested.size === 0) return contested;
  const allowed = lastAppliedFields(request, request.live ?? {});
  const refused = [...contested].map(([key, manager]) => [key, { ...manager, fields: difference(manager.fields, allowed) }] as const);
  return new Map(refused.filter(([, { fields }]) => !isEmptySet(fields)));
}

/** A5: whether no more than times differ. */
function sameOwners(a: Managers, b: Managers): boolean {
  const isSame = ([identity, manager]: readonly [string, Manager]): boolean => {
    const other = b.get(identity);
    return other !== undefined && other.apiVersion === manager.apiVersion && sameFields(other.fields, manager.fields);
  };
  return a.size === b.size && [...a].every(isSame);
}
