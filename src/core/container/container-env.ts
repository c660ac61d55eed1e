/**
 * The environment of a container, in the kubelet's order (`kubelet_pods.go` `makeEnvironmentVariables`): `envFrom` first,
 * then `env`, a later one over an earlier one; what services say comes last and over nothing. A value that is written out
 * may refer to what came before it; a value that comes from somewhere is taken as it is.
 */
import { envName } from '../../model/name-rules.ts';
import type { Container, EnvFromSource, EnvVarSource, KeySelector, Pod } from '../../model/pod.ts';
import { type EnvFileValue, envFileValue } from './env-file.ts';
import { expandVariables } from './expand-variables.ts';
import {
  type Allocatable,
  type FieldValue,
  metadataField,
  type PodSurroundings,
  resourceField,
  surroundingsField,
} from './field-reference.ts';

/** What was fetched for this container (`envSources`); what is missing there does not exist. */
export interface EnvObjects {
  /** By name, the texts of each: what a ConfigMap has as bytes is no environment. */
  readonly configMaps: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly secrets: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** By `envFileId`. */
  readonly files: ReadonlyMap<string, string>;
}

export interface EnvInputs {
  readonly pod: Pod;
  readonly container: Container;
  readonly objects: EnvObjects;
  readonly surroundings: PodSurroundings;
  readonly allocatable: Allocatable;
  /** What the services of the namespace say (`KUBERNETES_SERVICE_HOST` …); none where there is no API. */
  readonly serviceEnv: ReadonlyMap<string, string>;
}

/** `skipped`: what is to be told as `InvalidEnvironmentVariableNames`. */
export type ContainerEnv =
  | { readonly variables: ReadonlyMap<string, string>; readonly skipped: readonly string[] }
  /** The container cannot be configured: upstream's words. */
  | { readonly error: string };

/** Which objects and files the environment is made from. */
export interface EnvSources {
  readonly configMaps: readonly string[];
  readonly secrets: readonly string[];
  readonly files: readonly { readonly volumeName: string; readonly path: string }[];
}

export function envSources({ env = [], envFrom = [] }: Pick<Container, 'env' | 'envFrom'>): EnvSources {
  const from = env.flatMap(({ value, valueFrom }) => (valueFrom === undefined || (value ?? '') !== '' ? [] : [valueFrom]));
  const names = (all: readonly ({ readonly name?: string } | undefined)[]): readonly string[] => [
    ...new Set(all.flatMap((reference) => (reference === undefined ? [] : [reference.name ?? '']))),
  ];
  return {
    configMaps: names([...envFrom.map(({ configMapRef }) => configMapRef), ...from.map(({ configMapKeyRef }) => configMapKeyRef)]),
    secrets: names([...envFrom.map(({ secretRef }) => secretRef), ...from.map(({ secretKeyRef }) => secretKeyRef)]),
    files: from.flatMap(({ fileKeyRef }) => (fileKeyRef === undefined ? [] : [fileKeyRef])),
  };
}

/** A volume's name has no "/". */
export const envFileId = ({ volumeName, path }: { readonly volumeName: string; readonly path: string }): string => `${volumeName}/${path}`;

export function containerEnv(inputs: EnvInputs): ContainerEnv {
  const taken = takeEnvFrom(inputs);
  if ('error' in taken) return taken;
  const { skipped } = taken;
  const variables = new Map(taken.variables);
  for (const { name, value = '', valueFrom } of inputs.container.env ?? []) {
    const resolved: Resolved =
      value !== '' || valueFrom === undefined
        ? { value: expandVariables(value, new Map([...inputs.serviceEnv, ...variables])) }
        : resolve(valueFrom, inputs);
    if (resolved === 'leftOut') continue;
    if ('error' in resolved) return resolved;
    variables.set(name, resolved.value);
  }
  for (const [name, value] of inputs.serviceEnv) if (!variables.has(name)) variables.set(name, value);
  return { variables, skipped };
}

function takeEnvFrom(inputs: EnvInputs): ContainerEnv {
  const variables = new Map<string, string>();
  const skipped: string[] = [];
  for (const source of inputs.container.envFrom ?? []) {
    const taken = takeAll(source, inputs);
    if ('error' in taken) return taken;
    for (const [name, value] of taken.variables) variables.set(name, value);
    skipped.push(...taken.skipped);
  }
  return { variables, skipped };
}

function takeAll({ prefix = '', configMapRef, secretRef }: EnvFromSource, { pod, objects }: EnvInputs): ContainerEnv {
  const isConfigMap = configMapRef !== undefined;
  const { name = '', optional = false } = configMapRef ?? secretRef ?? {};
  const data = (isConfigMap ? objects.configMaps : objects.secrets).get(name);
  if (data === undefined) return optional ? { variables: new Map(), skipped: [] } : { error: notFound(isConfigMap, name) };
  const variables = new Map([...data].map(([key, value]) => [prefix + key, value] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
  const invalid = [...variables.keys()].filter((key) => envName(key) !== undefined);
  for (const key of invalid) variables.delete(key);
  const of = `${isConfigMap ? 'configMap' : 'secret'} ${pod.metadata.namespace}/${name}`;
  const skipped = `Keys [${invalid.join(', ')}] from the EnvFrom ${of} were skipped since they are considered invalid environment variable names.`;
  return { variables, skipped: invalid.length === 0 ? [] : [skipped] };
}

/** `leftOut`: optional, and there is nothing; a value that the variable had before stays. */
type Resolved = FieldValue | 'leftOut';

function resolve(source: EnvVarSource, inputs: EnvInputs): Resolved {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  const { pod, container, surroundings, allocatable } = inputs;
  if (fieldRef !== undefined) return surroundingsField(pod, fieldRef.fieldPath, surroundings) ?? metadataField(pod, fieldRef.fieldPath);
  if (resourceFieldRef !== undefined) return resourceField(pod, container, resourceFieldRef, allocatable);
  if (configMapKeyRef !== undefined) return ofKey(configMapKeyRef, true, inputs);
  if (secretKeyRef !== undefined) return ofKey(secretKeyRef, false, inputs);
  return fileKeyRef === undefined ? { value: '' } : ofFile(fileKeyRef, inputs);
}

function ofKey({ name = '', key, optional = false }: KeySelector, isConfigMap: boolean, { pod, objects }: EnvInputs): Resolved {
  const data = (isConfigMap ? objects.configMaps : objects.secrets).get(name);
  const value = data?.get(key);
  if (value !== undefined) return { value };
  if (optional) return 'leftOut';
  if (data === undefined) return { error: notFound(isConfigMap, name) };
  return { error: `couldn't find key ${key} in ${isConfigMap ? 'ConfigMap' : 'Secret'} ${pod.metadata.namespace}/${name}` };
}

const notFound = (isConfigMap: boolean, name: string): string => `${isConfigMap ? 'configmap' : 'secret'} "${name}" not found`;

type FileKeyRef = NonNullable<EnvVarSource['fileKeyRef']>;

/** Upstream fails on an optional file that is not there, against the API's own documentation of `optional`. */
function ofFile(reference: FileKeyRef, { objects }: EnvInputs): Resolved {
  const { key, optional = false } = reference;
  const text = objects.files.get(envFileId(reference));
  const read: EnvFileValue | undefined = text === undefined ? undefined : envFileValue(text, key);
  if (read !== undefined && !('error' in read) && read.value !== '') return read;
  if (optional && (read === undefined || !('error' in read))) return 'leftOut';
  if (read === undefined || 'error' in read) return { error: "couldn't parse env file" };
  return { error: `environment variable key "${key}" not found in file "${envFileId(reference)}"` };
}
