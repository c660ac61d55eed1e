/** The Pods that a workload's controller would make, for kinds whose template `run` takes: one Pod of each. */
import { required, unsupported } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import { isYamlMap, type YamlMap, type YamlValue } from './yaml-document.ts';

interface Workload {
  readonly apiVersion: string;
  /** From the object to its Pod template. */
  readonly template: readonly string[];
  /** As validation has them; the default of a Pod is Always. */
  readonly restartPolicies: readonly string[];
  /** Of the one Pod that is run. */
  readonly podName: (name: string) => string;
}

const ALWAYS = ['Always'];
const ONCE = ['OnFailure', 'Never'];
const sameName = (name: string): string => name;

const WORKLOADS: Readonly<Record<string, Workload>> = {
  Deployment: { apiVersion: 'apps/v1', template: ['spec', 'template'], restartPolicies: ALWAYS, podName: sameName },
  StatefulSet: { apiVersion: 'apps/v1', template: ['spec', 'template'], restartPolicies: ALWAYS, podName: (name) => `${name}-0` },
  DaemonSet: { apiVersion: 'apps/v1', template: ['spec', 'template'], restartPolicies: ALWAYS, podName: sameName },
  Job: { apiVersion: 'batch/v1', template: ['spec', 'template'], restartPolicies: ONCE, podName: sameName },
  CronJob: { apiVersion: 'batch/v1', template: ['spec', 'jobTemplate', 'spec', 'template'], restartPolicies: ONCE, podName: sameName },
};

export const WORKLOAD_KINDS: readonly string[] = Object.keys(WORKLOADS);

export const workloadVersion = (kind: string): string | undefined => WORKLOADS[kind]?.apiVersion;

/** A Pod as its controller would make it, with where its template stands in the object. */
export interface TemplatePod {
  readonly value: YamlMap;
  readonly at: FieldPath;
}

export interface TemplateProblem {
  readonly path: FieldPath;
  readonly message: string;
}

/** `name` and `namespace`: of the workload, checked already. */
export function podOfTemplate(
  workload: YamlMap,
  names: { readonly name: string; readonly namespace: string },
): TemplatePod | TemplateProblem {
  const kind = String(workload['kind']);
  const { template: path, restartPolicies, podName } = WORKLOADS[kind] as Workload;
  const template = path.reduce<YamlValue | undefined>((value, field) => (isYamlMap(value) ? value[field] : undefined), workload);
  if (!isYamlMap(template)) return { path, message: required('the Pod template is what is run') };
  const spec = isYamlMap(template['spec']) ? template['spec'] : {};
  const policy = spec['restartPolicy'] ?? 'Always';
  if (!restartPolicies.includes(String(policy)))
    return { path: [...path, 'spec', 'restartPolicy'], message: unsupported(policy, restartPolicies) };
  const metadata = isYamlMap(template['metadata']) ? template['metadata'] : {};
  const name = podName(names.name);
  return {
    at: path,
    value: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name, namespace: names.namespace },
      spec: kind === 'StatefulSet' ? { ...statefulIdentity(workload, name), ...spec } : spec,
    },
  };
}

/** A StatefulSet's Pods know their name and their governing service (`stateful_set_utils.go` `initIdentity`). */
function statefulIdentity(workload: YamlMap, name: string): YamlMap {
  const spec = workload['spec'];
  const service = isYamlMap(spec) ? spec['serviceName'] : undefined;
  return { hostname: name, ...(typeof service === 'string' && service !== '' ? { subdomain: service } : {}) };
}

/** How many Pods its controller would run; absent: one, or as many as there are nodes. */
export function replicasOf(workload: YamlMap): number | undefined {
  const spec = workload['spec'];
  if (!isYamlMap(spec)) return undefined;
  const replicas = spec['replicas'] ?? spec['parallelism'];
  return typeof replicas === 'number' ? replicas : undefined;
}
