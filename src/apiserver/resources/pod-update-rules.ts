/** What of a Pod's spec an update may change (`pkg/apis/core/validation/validation.go` ValidatePodUpdate). */
import { forbidden, invalid } from '../../model/field-error.ts';
import { type Fields, fieldsOf, isFields, listOf } from '../../model/json-fields.ts';
import type { Finding } from '../../model/problem.ts';
import { type ApiObject, sameJson, withFields } from '../api-object.ts';

const ALLOWED = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

export function specChangeFindings(next: ApiObject, live: ApiObject): readonly Finding[] {
  const [spec, old] = [fieldsOf(next, 'spec'), fieldsOf(live, 'spec')];
  const findings = [
    ...containerCount(spec, old),
    ...deadlineFindings(spec, old),
    ...tolerationFindings(spec, old),
    ...gateFindings(spec, old),
  ];
  if (findings.length > 0) return findings;
  const changed = changedFields(unchangeable(spec, old), old);
  if (changed.length === 0) return [];
  const message = `pod updates may not change fields other than ${ALLOWED}\n  changed: ${changed.join(', ')}`;
  return [{ path: ['spec'], message: forbidden(message) }];
}

/** `spec`, with all that may change as it was. */
function unchangeable(spec: Fields, old: Fields): Fields {
  const grace = old['terminationGracePeriodSeconds'];
  const mayFixGrace = typeof grace === 'number' && grace < 0 && spec['terminationGracePeriodSeconds'] === 1;
  return withFields(spec, {
    containers: withImagesOf(spec, old, 'containers'),
    initContainers: withImagesOf(spec, old, 'initContainers'),
    activeDeadlineSeconds: old['activeDeadlineSeconds'],
    tolerations: old['tolerations'],
    schedulingGates: old['schedulingGates'],
    ...(mayFixGrace ? { terminationGracePeriodSeconds: grace } : {}),
  });
}

function withImagesOf(spec: Fields, old: Fields, field: string): unknown {
  if (spec[field] === undefined) return undefined;
  const before = listOf(old, field);
  return listOf(spec, field).map((container, index) => {
    const image = isFields(before[index]) ? before[index]['image'] : undefined;
    return isFields(container) ? withFields(container, { image }) : container;
  });
}

const changedFields = (spec: Fields, old: Fields): readonly string[] =>
  [...new Set([...Object.keys(spec), ...Object.keys(old)])].filter((field) => !sameJson(spec[field], old[field])).sort();

function containerCount(spec: Fields, old: Fields): readonly Finding[] {
  const field = ['containers', 'initContainers'].find((name) => listOf(spec, name).length !== listOf(old, name).length);
  return field === undefined ? [] : [{ path: ['spec', field], message: forbidden('pod updates may not add or remove containers') }];
}

function deadlineFindings(spec: Fields, old: Fields): readonly Finding[] {
  const [deadline, before] = [spec['activeDeadlineSeconds'], old['activeDeadlineSeconds']];
  if (deadline === before || before === undefined) return [];
  const path = ['spec', 'activeDeadlineSeconds'];
  if (deadline === undefined) return [{ path, message: invalid(null, 'must not update from a positive integer to nil value') }];
  const isLess = typeof deadline === 'number' && typeof before === 'number' && deadline <= before;
  return isLess ? [] : [{ path, message: invalid(deadline, 'must be less than or equal to previous value') }];
}

/** A toleration may be added, and the seconds of one of NoExecute may change. */
function tolerationFindings(spec: Fields, old: Fields): readonly Finding[] {
  const given = listOf(spec, 'tolerations');
  const bare = (toleration: unknown): unknown =>
    isFields(toleration) ? withFields(toleration, { tolerationSeconds: undefined }) : toleration;
  const isThere = (one: unknown): boolean =>
    given.some((other) => sameJson(one, other) || (isFields(one) && one['effect'] === 'NoExecute' && sameJson(bare(one), bare(other))));
  if (listOf(old, 'tolerations').every(isThere)) return [];
  return [{ path: ['spec', 'tolerations'], message: forbidden('existing toleration can not be modified except its tolerationSeconds') }];
}

function gateFindings(spec: Fields, old: Fields): readonly Finding[] {
  const before = listOf(old, 'schedulingGates');
  const added = listOf(spec, 'schedulingGates').filter((gate) => !before.some((other) => sameJson(gate, other)));
  if (added.length === 0) return [];
  return [{ path: ['spec', 'schedulingGates'], message: forbidden('only deletion is allowed, but found new scheduling gate') }];
}
