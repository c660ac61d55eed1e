/** One kind of object in two shapes: `v1` as kubelets have always written it, `events.k8s.io/v1` as newer clients do. */
import { invalid, required } from '../../model/field-error.ts';
import { fieldsOf, textOf } from '../../model/json-fields.ts';
import { dnsSubdomain } from '../../model/name-rules.ts';
import type { Finding } from '../../model/problem.ts';
import { eventObjectsTable } from '../../printing/tables/event-objects-table.ts';
import { type ApiObject, withFields } from '../api-object.ts';
import { ALL_VERBS, type ResourceDescription } from './resource.ts';

/** `cmd/kube-apiserver` --event-ttl. */
const TTL_MS = 3_600_000;
const STORAGE = 'events';

const common = {
  version: 'v1',
  plural: 'events',
  singular: 'event',
  kind: 'Event',
  shortNames: ['ev'],
  namespaced: true,
  verbs: ALL_VERBS,
  table: eventObjectsTable,
};

export const coreEvents: ResourceDescription = {
  ...common,
  group: '',
  storage: { resource: STORAGE, ttlMs: TTL_MS },
  typeName: 'core.Event',
  strategy: { nameRule: dnsSubdomain, validate: validateCoreEvent, createsOnUpdate: true },
};

export const events: ResourceDescription = {
  ...common,
  group: 'events.k8s.io',
  storage: { resource: STORAGE, ttlMs: TTL_MS, shown: toNewShape, stored: toCoreShape },
  typeName: 'events.Event',
  strategy: { nameRule: dnsSubdomain, validate: validateEvent, createsOnUpdate: true },
};

/** What each field of the core shape is called in the new one (`pkg/apis/events/v1/conversion.go`). */
const NEW_NAMES: readonly (readonly [core: string, name: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

function toNewShape(event: ApiObject): ApiObject {
  const moved = NEW_NAMES.flatMap(([core, name]) => [[core, undefined] as const, [name, event[core]] as const]);
  return withFields(event, { ...Object.fromEntries(moved), apiVersion: 'events.k8s.io/v1' }) as ApiObject;
}

function toCoreShape(event: ApiObject): ApiObject {
  const moved = NEW_NAMES.flatMap(([core, name]) => [[name, undefined] as const, [core, event[name]] as const]);
  return withFields(event, { ...Object.fromEntries(moved), apiVersion: 'v1' }) as ApiObject;
}

/** `pkg/apis/core/validation/events.go`, legacy part: an event lies where its object does; one of no namespace in `default`. */
function validateCoreEvent(event: ApiObject): readonly Finding[] {
  return validatePlace(event, 'involvedObject');
}

function validatePlace(event: ApiObject, field: string): readonly Finding[] {
  const { namespace = '' } = event.metadata;
  const involved = textOf(fieldsOf(event, field), 'namespace');
  const fits = involved === namespace || (involved === '' && namespace === 'default');
  return fits ? [] : [{ path: [field, 'namespace'], message: invalid(involved, 'does not match event.namespace') }];
}

const MAX_NOTE = 1024;

/** The new API asks for more. */
function validateEvent(event: ApiObject): readonly Finding[] {
  const findings: Finding[] = [...validatePlace(event, 'regarding')];
  if ((event['eventTime'] ?? '') === '') findings.push({ path: ['eventTime'], message: required() });
  for (const field of ['reportingController', 'reportingInstance', 'action', 'reason']) {
    if (textOf(event, field) === '') findings.push({ path: [field], message: required() });
  }
  const type = textOf(event, 'type');
  if (type !== 'Normal' && type !== 'Warning') findings.push({ path: ['type'], message: invalid(type, 'has invalid value: ') });
  if (textOf(event, 'note').length > MAX_NOTE)
    findings.push({ path: ['message'], message: invalid('', 'can have at most 1024 characters') });
  return findings;
}
