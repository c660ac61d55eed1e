import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IEnvFromSource } from 'kubernetes-models/v1/EnvFromSource';
import type { IEnvVar } from 'kubernetes-models/v1/EnvVar';
import type { IEnvVarSource } from 'kubernetes-models/v1/EnvVarSource';
import { invalid, required, unsupported } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import { envName } from './name-rules.ts';
import type { Report } from './problem.ts';

export function validateEnv(container: Pick<IContainer, 'env' | 'envFrom'>, path: FieldPath, report: Report): void {
  for (const [index, variable] of (container.env ?? []).entries()) validateVariable(variable, [...path, 'env', index], report);
  for (const [index, source] of (container.envFrom ?? []).entries()) validateEnvFrom(source, [...path, 'envFrom', index], report);
}

function validateVariable(variable: IEnvVar, path: FieldPath, report: Report): void {
  if ((variable.name ?? '') === '') report([...path, 'name'], required());
  else {
    const complaint = envName(variable.name);
    if (complaint !== undefined) report([...path, 'name'], invalid(variable.name, complaint));
  }
  const source = variable.valueFrom;
  if (source === undefined) return;
  const at = [...path, 'valueFrom'];
  if ((variable.value ?? '') !== '') report(at, invalid('', 'may not be specified when `value` is not empty'));
  validateSource(source, at, report);
}

const SOURCES = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'] as const;

/** Fields of the Pod that can become a variable (`validEnvDownwardAPIFieldPathExpressions`). */
const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const ENV_RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];

function validateSource(source: IEnvVarSource, path: FieldPath, report: Report): void {
  const given = SOURCES.filter((name) => source[name] !== undefined);
  if (given.length === 0) report(path, invalid('', `must specify one of: ${SOURCES.map((name) => `\`${name}\``).join(', ')}`));
  if (given.length > 1) report(path, invalid('', 'may not have more than one field specified at a time'));
  validateFieldRef(source, path, report);
  for (const name of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const selector = source[name];
    if (selector === undefined) continue;
    requireFields(selector, ['name', 'key'], [...path, name], report);
  }
  if (source.fileKeyRef !== undefined) requireFields(source.fileKeyRef, ['volumeName', 'path', 'key'], [...path, 'fileKeyRef'], report);
}

function validateFieldRef(source: IEnvVarSource, path: FieldPath, report: Report): void {
  const field = source.fieldRef?.fieldPath;
  if (source.fieldRef !== undefined) {
    const at = [...path, 'fieldRef', 'fieldPath'];
    if ((field ?? '') === '') report(at, required());
    else if (!ENV_FIELDS.includes(field as string) && !/^metadata\.(labels|annotations)\['[^']+'\]$/.test(field as string))
      report(at, unsupported(field, ENV_FIELDS));
  }
  const resource = source.resourceFieldRef?.resource;
  if (source.resourceFieldRef !== undefined) {
    const at = [...path, 'resourceFieldRef', 'resource'];
    if ((resource ?? '') === '') report(at, required());
    else if (!ENV_RESOURCES.includes(resource as string) && !/^(limits|requests)\.hugepages-/.test(resource as string))
      report(at, unsupported(resource, ENV_RESOURCES));
  }
}

function validateEnvFrom(source: IEnvFromSource, path: FieldPath, report: Report): void {
  const complaint = (source.prefix ?? '') === '' ? undefined : envName(source.prefix as string);
  if (complaint !== undefined) report([...path, 'prefix'], invalid(source.prefix, complaint));
  const given = (['configMapRef', 'secretRef'] as const).filter((name) => source[name] !== undefined);
  if (given.length === 0) report(path, invalid('', 'must specify one of: `configMapRef` or `secretRef`'));
  if (given.length > 1) report(path, invalid('', 'may not have more than one field specified at a time'));
  for (const name of given) requireFields(source[name] as object, ['name'], [...path, name], report);
}

export function requireFields(object: object, fields: readonly string[], path: FieldPath, report: Report): void {
  for (const field of fields) {
    const value = (object as Readonly<Record<string, unknown>>)[field];
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) report([...path, field], required());
  }
}
