import { duplicate, invalid, required, unsupported } from '../../model/field-error.ts';
import { fieldsOf, listOf, textOf } from '../../model/json-fields.ts';
import { dnsSubdomain, labelValue, qualifiedName } from '../../model/name-rules.ts';
import type { Finding } from '../../model/problem.ts';
import { nodesTable } from '../../printing/tables/nodes-table.ts';
import type { ApiObject } from '../api-object.ts';
import { ALL_VERBS, type ResourceDescription } from './resource.ts';

export const nodes: ResourceDescription = {
  group: '',
  version: 'v1',
  plural: 'nodes',
  singular: 'node',
  kind: 'Node',
  shortNames: ['no'],
  namespaced: false,
  verbs: ALL_VERBS,
  subresources: { status: { kind: 'part' } },
  storage: { resource: 'nodes' },
  typeName: 'Node',
  table: nodesTable,
  strategy: {
    nameRule: dnsSubdomain,
    // A kubelet registers itself with all it knows: unlike for other kinds, the status counts from the start.
    prepareForUpdate: (object, live, subresource) =>
      subresource === 'status' ? { ...object, spec: fieldsOf(live, 'spec') } : { ...object, status: fieldsOf(live, 'status') },
    validate,
  },
};

const EFFECTS = ['NoExecute', 'NoSchedule', 'PreferNoSchedule'];

/** `pkg/apis/core/validation/validation.go` ValidateNode, as far as a client writes it. */
function validate(object: ApiObject): readonly Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const [index, taint] of listOf(object['spec'], 'taints').entries()) {
    const path = ['spec', 'taints', index];
    const [key, value, effect] = [textOf(taint, 'key'), textOf(taint, 'value'), textOf(taint, 'effect')];
    const wrongKey = qualifiedName(key);
    if (wrongKey !== undefined) findings.push({ path: [...path, 'key'], message: invalid(key, wrongKey) });
    const wrongValue = labelValue(value);
    if (wrongValue !== undefined) findings.push({ path: [...path, 'value'], message: invalid(value, wrongValue) });
    if (effect === '') findings.push({ path: [...path, 'effect'], message: required() });
    else if (!EFFECTS.includes(effect)) findings.push({ path: [...path, 'effect'], message: unsupported(effect, EFFECTS) });
    if (seen.has(`${key}:${effect}`)) findings.push({ path, message: duplicate(`${key}:${effect}`) });
    seen.add(`${key}:${effect}`);
  }
  return findings;
}
