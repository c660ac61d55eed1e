import { forbidden, unsupported } from '../../model/field-error.ts';
import { textOf } from '../../model/json-fields.ts';
import { dnsSubdomain } from '../../model/name-rules.ts';
import type { Finding } from '../../model/problem.ts';
import { priorityClassesTable } from '../../printing/tables/cluster-tables.ts';
import type { ApiObject } from '../api-object.ts';
import { forbidden as forbiddenError } from '../status-error.ts';
import { ALL_VERBS, type ResourceDescription, type WriteContext } from './resource.ts';

const STORAGE = 'scheduling.k8s.io/priorityclasses';
const NAME = { group: 'scheduling.k8s.io', plural: 'priorityclasses' };

export const priorityClasses: ResourceDescription = {
  ...NAME,
  version: 'v1',
  singular: 'priorityclass',
  kind: 'PriorityClass',
  shortNames: ['pc'],
  namespaced: false,
  verbs: ALL_VERBS,
  storage: { resource: STORAGE },
  typeName: 'PriorityClass',
  table: priorityClassesTable,
  strategy: {
    nameRule: dnsSubdomain,
    defaults: (object) => ({
      ...object,
      value: object['value'] ?? 0,
      preemptionPolicy: textOf(object, 'preemptionPolicy') || 'PreemptLowerPriority',
    }),
    prepareForCreate: requireOneDefault,
    validate,
    validateUpdate: (next, live) => [
      ...validate(next),
      ...(['value', 'preemptionPolicy'] as const)
        .filter((field) => next[field] !== live[field])
        .map((field) => ({ path: [field], message: forbidden('may not be changed in an update.') })),
    ],
    refuseDelete: ({ metadata }) => (isSystem(metadata.name) ? 'this is a system priority class and cannot be deleted' : undefined),
  },
};

/** `pkg/apis/scheduling/types.go`. */
export const SYSTEM_PRIORITY_CLASSES: Readonly<Record<string, { readonly value: number; readonly description: string }>> = {
  'system-node-critical': {
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  'system-cluster-critical': {
    value: 2_000_000_000,
    description: 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
};

const isSystem = (name: string): boolean => Object.hasOwn(SYSTEM_PRIORITY_CLASSES, name);

const PREFIX = 'system-';
const HIGHEST_USER_VALUE = 1_000_000_000;
const POLICIES = ['Never', 'PreemptLowerPriority'];

/** `pkg/apis/scheduling/validation/validation.go`. */
function validate(object: ApiObject): readonly Finding[] {
  const { name } = object.metadata;
  const value = Number(object['value']);
  const findings: Finding[] = [];
  if (name.startsWith(PREFIX) && SYSTEM_PRIORITY_CLASSES[name]?.value !== value) {
    const why = `priority class names with '${PREFIX}' prefix are reserved for system use only. error: ${name} is not a known system priority class`;
    findings.push({ path: ['metadata', 'name'], message: forbidden(why) });
  } else if (!name.startsWith(PREFIX) && value > HIGHEST_USER_VALUE) {
    const why = `maximum allowed value of a user defined priority is ${HIGHEST_USER_VALUE}`;
    findings.push({ path: ['value'], message: forbidden(why) });
  }
  const policy = textOf(object, 'preemptionPolicy');
  if (!POLICIES.includes(policy)) findings.push({ path: ['preemptionPolicy'], message: unsupported(policy, POLICIES) });
  return findings;
}

/** Admission plugin Priority. */
function requireOneDefault(object: ApiObject, context: WriteContext): ApiObject {
  if (object['globalDefault'] !== true) return object;
  const other = globalDefault(context);
  if (other === undefined) return object;
  const why = `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`;
  throw forbiddenError(NAME, object.metadata.name, why);
}

export const globalDefault = (context: WriteContext): ApiObject | undefined =>
  context.list(STORAGE).find((one) => one['globalDefault'] === true);

export const findPriorityClass = (context: WriteContext, name: string): ApiObject | undefined => context.find(STORAGE, '', name);
