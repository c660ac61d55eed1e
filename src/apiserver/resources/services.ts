import { duplicate, invalid, required, unsupported } from '../../model/field-error.ts';
import { fieldsOf, isFields, listOf, textOf } from '../../model/json-fields.ts';
import { dnsLabel } from '../../model/name-rules.ts';
import type { Finding } from '../../model/problem.ts';
import { servicesTable } from '../../printing/tables/services-table.ts';
import { type ApiObject, withFields } from '../api-object.ts';
import { ALL_VERBS, type ResourceDescription } from './resource.ts';

export const services: ResourceDescription = {
  group: '',
  version: 'v1',
  plural: 'services',
  singular: 'service',
  kind: 'Service',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  subresources: { status: { kind: 'part' } },
  storage: { resource: 'services' },
  typeName: 'Service',
  table: servicesTable,
  strategy: {
    nameRule: dnsLabel,
    defaults: withServiceDefaults,
    prepareForCreate: (object) => ({ ...object, status: { loadBalancer: {} } }),
    prepareForUpdate: (object, live, subresource) =>
      subresource === 'status' ? { ...object, spec: live['spec'] } : { ...object, status: fieldsOf(live, 'status') },
    validate,
    // Never silence: a Service that answers nobody would be looked for in the wrong place.
    warnings: () => ['hooklet keeps Services but routes nothing to them: reach a Pod by its address, a hostPort or port-forward'],
    answersDeleted: true,
  },
};

/** `pkg/apis/core/v1/defaults.go` SetDefaults_Service. No cluster address is given: nothing would answer there. */
function withServiceDefaults(object: ApiObject): ApiObject {
  const spec = fieldsOf(object, 'spec');
  const ports = listOf(spec, 'ports').map((port) => {
    if (!isFields(port)) return port;
    const hasTarget = port['targetPort'] !== undefined && port['targetPort'] !== 0 && port['targetPort'] !== '';
    return { ...port, protocol: textOf(port, 'protocol') || 'TCP', targetPort: hasTarget ? port['targetPort'] : port['port'] };
  });
  const type = textOf(spec, 'type') || 'ClusterIP';
  const filled = withFields(spec, {
    type,
    sessionAffinity: textOf(spec, 'sessionAffinity') || 'None',
    ...(ports.length === 0 ? {} : { ports }),
    ...(type === 'ExternalName' ? {} : { internalTrafficPolicy: textOf(spec, 'internalTrafficPolicy') || 'Cluster' }),
  });
  return { ...object, spec: filled };
}

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

/** `pkg/apis/core/validation/validation.go` ValidateService, as far as it means something without a network. */
function validate(object: ApiObject): readonly Finding[] {
  const spec = fieldsOf(object, 'spec');
  const type = textOf(spec, 'type');
  const ports = listOf(spec, 'ports');
  const findings: Finding[] = [];
  if (!TYPES.includes(type)) findings.push({ path: ['spec', 'type'], message: unsupported(type, TYPES) });
  const needsPorts = type !== 'ExternalName' && textOf(spec, 'clusterIP') !== 'None';
  if (ports.length === 0 && needsPorts) findings.push({ path: ['spec', 'ports'], message: required() });
  if (type === 'ExternalName' && textOf(spec, 'externalName') === '')
    findings.push({ path: ['spec', 'externalName'], message: required() });
  return [...findings, ...validatePortNames(ports), ...ports.flatMap((port, index) => validatePort(port, ['spec', 'ports', index]))];
}

function validatePortNames(ports: readonly unknown[]): readonly Finding[] {
  const findings: Finding[] = [];
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const path = ['spec', 'ports', index, 'name'];
    const name = textOf(port, 'name');
    const complaint = name === '' ? undefined : dnsLabel(name);
    if (name === '' && ports.length > 1) findings.push({ path, message: required() });
    else if (complaint !== undefined) findings.push({ path, message: invalid(name, complaint) });
    else if (name !== '' && names.has(name)) findings.push({ path, message: duplicate(name) });
    names.add(name);
  }
  return findings;
}

function validatePort(port: unknown, path: Finding['path']): readonly Finding[] {
  const findings: Finding[] = [];
  const number = isFields(port) ? port['port'] : undefined;
  if (typeof number !== 'number' || number < 1 || number > 65535) {
    findings.push({ path: [...path, 'port'], message: invalid(number ?? 0, 'must be between 1 and 65535, inclusive') });
  }
  const protocol = textOf(port, 'protocol');
  if (!PROTOCOLS.includes(protocol)) findings.push({ path: [...path, 'protocol'], message: unsupported(protocol, PROTOCOLS) });
  return findings;
}
