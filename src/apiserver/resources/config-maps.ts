import { invalid } from '../../model/field-error.ts';
import { fieldsOf } from '../../model/json-fields.ts';
import { dnsSubdomain } from '../../model/name-rules.ts';
import type { Finding } from '../../model/problem.ts';
import { configMapsTable } from '../../printing/tables/config-tables.ts';
import type { ApiObject } from '../api-object.ts';
import { immutableFindings, validateDataKeys, validateDataSize } from './data-rules.ts';
import { ALL_VERBS, type ResourceDescription } from './resource.ts';

export const configMaps: ResourceDescription = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  singular: 'configmap',
  kind: 'ConfigMap',
  shortNames: ['cm'],
  namespaced: true,
  verbs: ALL_VERBS,
  storage: { resource: 'configmaps' },
  typeName: 'ConfigMap',
  table: configMapsTable,
  strategy: {
    nameRule: dnsSubdomain,
    validate,
    validateUpdate: (next, live) => [...validate(next), ...immutableFindings(next, live, ['data', 'binaryData'])],
  },
};

/** `pkg/apis/core/validation/validation.go` ValidateConfigMap. */
function validate(object: ApiObject): readonly Finding[] {
  const data = fieldsOf(object, 'data');
  const binary = fieldsOf(object, 'binaryData');
  const twice = Object.keys(data).filter((key) => Object.hasOwn(binary, key));
  return [
    ...validateDataKeys('data', data),
    ...validateDataKeys('binaryData', binary),
    ...twice.map((key) => ({ path: ['data', { key }], message: invalid(key, 'duplicate of key present in binaryData') })),
    ...validateDataSize([data, binary]),
  ];
}
