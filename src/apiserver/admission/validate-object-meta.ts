/** `apimachinery/pkg/api/validation/objectmeta.go`, for every kind alike. */
import { forbidden, invalid, required } from '../../model/field-error.ts';
import { isFields, textOf } from '../../model/json-fields.ts';
import { dnsLabel, type NameRule, qualifiedName } from '../../model/name-rules.ts';
import type { Finding, Report } from '../../model/problem.ts';
import { validateAnnotations, validateLabels } from '../../model/validate-metadata.ts';
import type { ApiObject } from '../api-object.ts';

export function validateObjectMeta(object: ApiObject, nameRule: NameRule): readonly Finding[] {
  const { metadata } = object;
  const findings: Finding[] = [];
  const report: Report = (path, message) => findings.push({ path, message });
  const check = (field: 'name' | 'generateName' | 'namespace', rule: NameRule, value: string): void => {
    const complaint = value === '' ? undefined : rule(value);
    if (complaint !== undefined) report(['metadata', field], invalid(metadata[field] ?? '', complaint));
  };
  if (metadata.name === '') report(['metadata', 'name'], required('name or generateName is required'));
  // Its end is still to come: a dash there is no mistake.
  check('generateName', nameRule, (metadata.generateName ?? '').replace(/-$/, 'a'));
  check('name', nameRule, metadata.name);
  check('namespace', dnsLabel, metadata.namespace ?? '');
  validateLabels(metadata.labels ?? {}, ['metadata', 'labels'], report);
  validateAnnotations(metadata.annotations ?? {}, ['metadata', 'annotations'], report);
  validateOwners(metadata.ownerReferences ?? [], report);
  for (const [index, finalizer] of (metadata.finalizers ?? []).entries()) {
    const complaint = qualifiedName(finalizer);
    if (complaint !== undefined) report(['metadata', 'finalizers', index], invalid(finalizer, complaint));
  }
  return findings;
}

function validateOwners(owners: readonly unknown[], report: Report): void {
  let controllers = 0;
  for (const [index, owner] of owners.entries()) {
    for (const field of ['apiVersion', 'kind', 'name', 'uid']) {
      if (textOf(owner, field) === '') report(['metadata', 'ownerReferences', index, field], invalid('', 'must not be empty'));
    }
    if (isFields(owner) && owner['controller'] === true) controllers += 1;
  }
  if (controllers > 1) report(['metadata', 'ownerReferences'], invalid(owners, 'Only one reference can have Controller set to true'));
}

/** What an update must leave as it is. uid, times and grace were taken over from the living object before. */
export function validateMetaUpdate(next: ApiObject, live: ApiObject): readonly Finding[] {
  const had = new Set(live.metadata.finalizers ?? []);
  const added = (next.metadata.finalizers ?? []).filter((one) => !had.has(one));
  if (live.metadata.deletionTimestamp === undefined || added.length === 0) return [];
  const list = `[]string{${added.map((one) => JSON.stringify(one)).join(', ')}}`;
  return [
    {
      path: ['metadata', 'finalizers'],
      message: forbidden(`no new finalizers can be added if the object is being deleted, found new finalizers ${list}`),
    },
  ];
}
