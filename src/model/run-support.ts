/**
 * What `hooklet run` can do with each field of the Pod schema. One table for the whole schema: a milestone that brings
 * a feature moves its fields from `refused` to `runs`, and nothing else changes here.
 *
 * Every field of every type that a Pod can reach stands in exactly one list (a test walks the schema); what a refused
 * field contains needs no row of its own. A field that is in no list at all is refused too.
 */
import { quoteValue } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import type { Finding, Report } from './problem.ts';
import { type SchemaType, schemaType } from './schema-type.ts';

export interface TypeSupport {
  /** Does what Kubernetes says. */
  readonly runs: readonly string[];
  /** Accepted, and of no consequence on one machine, or not yet. */
  readonly noEffect?: readonly string[];
  readonly refused?: readonly string[];
  /** Runs with these values or keys only. */
  readonly only?: Readonly<Record<string, readonly unknown[]>>;
}

export const RUN_SUPPORT: Readonly<Record<string, TypeSupport>> = {
  Pod: { runs: ['apiVersion', 'kind', 'metadata', 'spec'], noEffect: ['status'] },
  ObjectMeta: {
    runs: ['name', 'namespace', 'uid', 'labels', 'annotations'],
    // The server's own fields: a manifest taken from a cluster has them all.
    noEffect: [
      'creationTimestamp',
      'deletionGracePeriodSeconds',
      'deletionTimestamp',
      'finalizers',
      'generateName',
      'generation',
      'managedFields',
      'ownerReferences',
      'resourceVersion',
      'selfLink',
    ],
  },
  PodSpec: {
    runs: [
      'activeDeadlineSeconds',
      'containers',
      'initContainers',
      'readinessGates',
      'hostNetwork',
      'restartPolicy',
      'terminationGracePeriodSeconds',
      'volumes',
      'os',
    ],
    noEffect: [
      'automountServiceAccountToken',
      'dnsPolicy',
      'enableServiceLinks',
      'imagePullSecrets',
      'nodeName',
      'preemptionPolicy',
      'priority',
      'priorityClassName',
      'schedulerName',
      'serviceAccount',
      'serviceAccountName',
      'tolerations',
    ],
    // What only may be what it is by default.
    only: {
      hostIPC: [false],
      hostPID: [false],
      hostUsers: [true],
      setHostnameAsFQDN: [false],
      shareProcessNamespace: [false],
      securityContext: [{}],
    },
    refused: [
      'affinity',
      'dnsConfig',
      'ephemeralContainers',
      'hostAliases',
      'hostname',
      'hostnameOverride',
      'nodeSelector',
      'overhead',
      'resourceClaims',
      'resources',
      'runtimeClassName',
      'schedulingGates',
      'schedulingGroup',
      'subdomain',
      'topologySpreadConstraints',
    ],
  },
  PodOS: { runs: [], only: { name: ['linux'] } },
  Container: {
    runs: [
      'name',
      'image',
      'imagePullPolicy',
      'command',
      'args',
      'workingDir',
      'env',
      'ports',
      'resources',
      'volumeMounts',
      'lifecycle',
      'restartPolicy',
      'restartPolicyRules',
    ],
    noEffect: ['terminationMessagePath', 'terminationMessagePolicy'],
    only: { securityContext: [{}], stdin: [false], stdinOnce: [false], tty: [false] },
    refused: ['envFrom', 'livenessProbe', 'readinessProbe', 'startupProbe', 'resizePolicy', 'volumeDevices'],
  },
  ContainerRestartRule: { runs: ['action', 'exitCodes'] },
  ContainerRestartRuleOnExitCodes: { runs: ['operator', 'values'] },
  PodReadinessGate: { runs: ['conditionType'] },
  ContainerPort: { runs: ['name', 'containerPort', 'hostIP', 'hostPort', 'protocol'] },
  EnvVar: { runs: ['name', 'value'], refused: ['valueFrom'] },
  ResourceRequirements: { runs: [], only: { limits: ['cpu', 'memory'], requests: ['cpu', 'memory'] }, refused: ['claims'] },
  VolumeMount: {
    runs: ['name', 'mountPath', 'mountPropagation', 'readOnly'],
    only: { recursiveReadOnly: ['Disabled'] },
    refused: ['subPath', 'subPathExpr'],
  },
  Lifecycle: { runs: ['postStart', 'preStop', 'stopSignal'] },
  LifecycleHandler: { runs: ['exec', 'httpGet', 'sleep', 'tcpSocket'] },
  ExecAction: { runs: ['command'] },
  HTTPGetAction: { runs: ['host', 'httpHeaders', 'path', 'port', 'scheme'] },
  HTTPHeader: { runs: ['name', 'value'] },
  // It fails when it is due, as in Kubernetes.
  TCPSocketAction: { runs: ['host', 'port'] },
  SleepAction: { runs: ['seconds'] },
  Volume: {
    runs: ['name', 'emptyDir', 'hostPath'],
    refused: [
      'awsElasticBlockStore',
      'azureDisk',
      'azureFile',
      'cephfs',
      'cinder',
      'configMap',
      'csi',
      'downwardAPI',
      'ephemeral',
      'fc',
      'flexVolume',
      'flocker',
      'gcePersistentDisk',
      'gitRepo',
      'glusterfs',
      'image',
      'iscsi',
      'nfs',
      'persistentVolumeClaim',
      'photonPersistentDisk',
      'portworxVolume',
      'projected',
      'quobyte',
      'rbd',
      'scaleIO',
      'secret',
      'storageos',
      'vsphereVolume',
    ],
  },
  EmptyDirVolumeSource: { runs: [], refused: ['medium', 'sizeLimit'] },
  HostPathVolumeSource: { runs: ['path'], only: { type: [''] } },
};

/** What of a valid Pod `hooklet run` would have to ignore or get wrong, and therefore does not start. */
export function refuseUnsupported(pod: object): readonly Finding[] {
  const findings: Finding[] = [];
  refuse(pod, schemaType('Pod'), [], (path, message) => findings.push({ path, message }));
  return findings;
}

const NOT_YET = 'not supported by hooklet run yet';

function refuse(value: unknown, type: SchemaType, path: FieldPath, report: Report): void {
  if (type.kind === 'list') {
    for (const [index, one] of (value as readonly unknown[]).entries()) refuse(one, type.element, [...path, index], report);
  } else if (type.kind === 'object') {
    for (const [field, one] of Object.entries(value as object)) refuseField(field, one, { type, path, report });
  }
}

interface Owner {
  readonly type: Extract<SchemaType, { kind: 'object' }>;
  readonly path: FieldPath;
  readonly report: Report;
}

function refuseField(field: string, value: unknown, { type, path, report }: Owner): void {
  const support = RUN_SUPPORT[type.name];
  const at = [...path, field];
  const only = support?.only !== undefined && Object.hasOwn(support.only, field) ? support.only[field] : undefined;
  if (only !== undefined) refuseValue(value, only, at, report);
  else if (support?.runs.includes(field)) refuse(value, schemaType(type.fields[field] as string), at, report);
  else if (support?.noEffect?.includes(field) !== true && !asksNothing(value)) report(at, NOT_YET);
}

function refuseValue(value: unknown, allowed: readonly unknown[], path: FieldPath, report: Report): void {
  if (typeof value !== 'object' || value === null) {
    if (!allowed.includes(value)) report(path, `${quoteValue(value)} is ${NOT_YET}`);
    return;
  }
  for (const [key, one] of Object.entries(value)) {
    if (allowed.includes(key) || asksNothing(one)) continue;
    report([...path, allowed.every((each) => typeof each === 'string') ? { key } : key], NOT_YET);
  }
}

/** `[]`, `{}` and `""` mean the same as leaving the field out. `0` and `false` may not: they are asked for. */
function asksNothing(value: unknown): boolean {
  return value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}
