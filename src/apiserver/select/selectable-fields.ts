/**
 * The fields by which a list or a watch can be narrowed, by resource (`pkg/apis/core/v1/conversion.go` names them,
 * `pkg/registry/core/<resource>/strategy.go` reads them).
 */
import { type Fields, fieldsOf, isFields, listOf, textOf } from '../../model/json-fields.ts';
import { quoted } from '../status-error.ts';
import type { SelectableFields } from './field-selector.ts';

type Reader = (object: Fields) => string;

/** `spec.nodeName`: text, or a boolean or number as text. */
const at =
  (path: string): Reader =>
  (object) => {
    let value: unknown = object;
    for (const name of path.split('.')) value = isFields(value) && Object.hasOwn(value, name) ? value[name] : undefined;
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  };

const flag =
  (path: string): Reader =>
  (object) =>
    at(path)(object) === 'true' ? 'true' : 'false';

const count =
  (path: string): Reader =>
  (object) =>
    at(path)(object) || '0';

const fieldsAt = (...paths: readonly string[]): Readonly<Record<string, Reader>> =>
  Object.fromEntries(paths.map((path) => [path, at(path)] as const));

const kind = (fields: Readonly<Record<string, Reader>>): SelectableFields => ({
  fields,
  unsupported: (field) => `field label not supported: ${field}`,
});

const NAMES = fieldsAt('metadata.name', 'metadata.namespace');

/** The address that a Pod has had first. */
const podIP: Reader = (pod) => textOf(listOf(fieldsOf(pod, 'status'), 'podIPs')[0], 'ip') || at('status.podIP')(pod);

const POD = kind({
  ...NAMES,
  ...fieldsAt(
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.phase',
    'status.nominatedNodeName',
  ),
  'spec.hostNetwork': flag('spec.hostNetwork'),
  // For clients of before v1.
  'spec.host': at('spec.nodeName'),
  'status.podIP': podIP,
  // Upstream takes the name and then has no such field. Here it finds what it says.
  'status.podIPs': podIP,
});

const INVOLVED = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

const eventSource: Reader = (event) => at('source.component')(event) || at('reportingComponent')(event);

const CORE_EVENT = kind({
  ...NAMES,
  ...fieldsAt(...INVOLVED.map((name) => `involvedObject.${name}`), 'reason', 'reportingComponent', 'type'),
  source: eventSource,
});

const EVENT = kind({
  ...NAMES,
  ...fieldsAt(...INVOLVED.map((name) => `regarding.${name}`), 'reason', 'reportingController', 'type'),
});

const KINDS: Readonly<Record<string, SelectableFields>> = {
  Pod: POD,
  'core.Event': CORE_EVENT,
  'events.Event': EVENT,
  Node: kind({ ...fieldsAt('metadata.name'), 'spec.unschedulable': flag('spec.unschedulable') }),
  Namespace: kind(fieldsAt('metadata.name', 'status.phase')),
  Secret: kind({ ...NAMES, ...fieldsAt('type') }),
  Service: kind({ ...NAMES, ...fieldsAt('spec.clusterIP', 'spec.type') }),
  ReplicationController: kind({ ...NAMES, 'status.replicas': count('status.replicas') }),
};

/** Kinds that say nothing of their own (`runtime/conversion.go` DefaultMetaV1FieldSelectorConversion). */
const OTHERS: SelectableFields = {
  fields: NAMES,
  unsupported: (field) => `${quoted(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
};

/** By the schema's name of the kind, as `apiTypeName()` gives it: `Pod`, `core.Event`. */
export const selectableFields = (typeName: string): SelectableFields =>
  Object.hasOwn(KINDS, typeName) ? (KINDS[typeName] as SelectableFields) : OTHERS;
