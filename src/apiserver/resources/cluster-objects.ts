/** Small objects that are kept as they are: leases, runtime classes. */
import { invalid, required } from '../../model/field-error.ts';
import { fieldsOf, textOf } from '../../model/json-fields.ts';
import { dnsLabel, dnsSubdomain } from '../../model/name-rules.ts';
import type { Finding } from '../../model/problem.ts';
import { leasesTable, runtimeClassesTable } from '../../printing/tables/cluster-tables.ts';
import type { ApiObject } from '../api-object.ts';
import { ALL_VERBS, type ResourceDescription } from './resource.ts';

export const leases: ResourceDescription = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  singular: 'lease',
  kind: 'Lease',
  namespaced: true,
  verbs: ALL_VERBS,
  storage: { resource: 'coordination.k8s.io/leases' },
  typeName: 'Lease',
  table: leasesTable,
  strategy: { nameRule: dnsSubdomain, validate: validateLease, createsOnUpdate: true, updateNeedsVersion: true },
};

/** `pkg/apis/coordination/validation/validation.go`. */
function validateLease(object: ApiObject): readonly Finding[] {
  const { leaseDurationSeconds: seconds, leaseTransitions: transitions } = fieldsOf(object, 'spec');
  const findings: Finding[] = [];
  if (typeof seconds === 'number' && seconds <= 0) {
    findings.push({ path: ['spec', 'leaseDurationSeconds'], message: invalid(seconds, 'must be greater than 0') });
  }
  if (typeof transitions === 'number' && transitions < 0) {
    findings.push({ path: ['spec', 'leaseTransitions'], message: invalid(transitions, 'must be greater than or equal to 0') });
  }
  return findings;
}

export const runtimeClasses: ResourceDescription = {
  group: 'node.k8s.io',
  version: 'v1',
  plural: 'runtimeclasses',
  singular: 'runtimeclass',
  kind: 'RuntimeClass',
  namespaced: false,
  verbs: ALL_VERBS,
  storage: { resource: 'node.k8s.io/runtimeclasses' },
  typeName: 'RuntimeClass',
  table: runtimeClassesTable,
  strategy: {
    nameRule: dnsSubdomain,
    validate: validateRuntimeClass,
    validateUpdate: (next, live) => [
      ...validateRuntimeClass(next),
      ...(textOf(next, 'handler') === textOf(live, 'handler')
        ? []
        : [{ path: ['handler'], message: invalid(textOf(next, 'handler'), 'field is immutable') }]),
    ],
  },
};

/** `pkg/apis/node/validation/validation.go`. */
function validateRuntimeClass(object: ApiObject): readonly Finding[] {
  const handler = textOf(object, 'handler');
  if (handler === '') return [{ path: ['handler'], message: required() }];
  const complaint = dnsLabel(handler);
  return complaint === undefined ? [] : [{ path: ['handler'], message: invalid(handler, complaint) }];
}
