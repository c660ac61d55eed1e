/**
 * What `hooklet run` can do with each field of the Pod schema. One table for the whole schema: who brings a feature
 * moves its fields from `refused` to `runs`, and nothing else changes here.
 *
 * Every field of every type that a Pod can reach stands in exactly one list (a test walks the schema, and finds for each
 * that runs the test that shows it); what a refused field contains needs no row of its own. A field that is in no list at
 * all is refused too.
 */
import { quoteValue } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import type { Finding, Report } from './problem.ts';
import { because, WHY } from './refusal-reasons.ts';
import { type SchemaType, schemaType } from './schema-type.ts';

export interface TypeSupport {
  /** Does what Kubernetes says. */
  readonly runs: readonly string[];
  /** Accepted, and of no consequence here. */
  readonly noEffect?: readonly string[];
  /** With the reason, see `refusal-reasons.ts`. */
  readonly refused?: Readonly<Record<string, string>>;
  readonly only?: Readonly<Record<string, OnlySome>>;
}

/** Runs with these values or keys only. */
export interface OnlySome {
  readonly values: readonly unknown[];
  /** Why not with others. */
  readonly otherwise: string;
}

export const RUN_SUPPORT: Readonly<Record<string, TypeSupport>> = {
  Pod: { runs: ['apiVersion', 'kind', 'metadata', 'spec'], noEffect: ['status'] },
  ObjectMeta: {
    runs: ['name', 'namespace', 'labels', 'annotations'],
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
      'uid',
    ],
  },
  PodSpec: {
    runs: [
      'activeDeadlineSeconds',
      'containers',
      'initContainers',
      'readinessGates',
      'dnsConfig',
      'dnsPolicy',
      'hostAliases',
      'hostIPC',
      'hostNetwork',
      'hostPID',
      'hostname',
      'securityContext',
      'setHostnameAsFQDN',
      'shareProcessNamespace',
      'subdomain',
      'nodeName',
      'restartPolicy',
      'serviceAccount',
      'serviceAccountName',
      'terminationGracePeriodSeconds',
      'volumes',
      'os',
    ],
    noEffect: [
      'automountServiceAccountToken',
      'enableServiceLinks',
      'imagePullSecrets',
      'preemptionPolicy',
      'priority',
      'priorityClassName',
      'schedulerName',
      'tolerations',
    ],
    // What only may be what it is by default.
    only: { hostUsers: { values: [true], otherwise: WHY.userNamespaces } },
    refused: {
      ...because(WHY.scheduling, ['affinity', 'nodeSelector', 'schedulingGroup', 'topologySpreadConstraints']),
      ephemeralContainers: WHY.ephemeralContainers,
      hostnameOverride: WHY.hostnameOverride,
      overhead: WHY.runtimeClass,
      resourceClaims: WHY.devices,
      resources: WHY.podResources,
      runtimeClassName: WHY.runtimeClass,
      schedulingGates: WHY.schedulingGates,
    },
  },
  PodOS: { runs: [], only: { name: { values: ['linux'], otherwise: WHY.windows } } },
  Container: {
    runs: [
      'name',
      'image',
      'imagePullPolicy',
      'command',
      'args',
      'workingDir',
      'env',
      'envFrom',
      'ports',
      'resources',
      'volumeMounts',
      'lifecycle',
      'restartPolicy',
      'restartPolicyRules',
      'livenessProbe',
      'readinessProbe',
      'startupProbe',
      'securityContext',
      'stdin',
      'stdinOnce',
      'terminationMessagePath',
      'terminationMessagePolicy',
      'tty',
    ],
    refused: { resizePolicy: WHY.resize, volumeDevices: WHY.blockDevices },
  },
  PodSecurityContext: {
    runs: [
      'appArmorProfile',
      'fsGroup',
      'runAsGroup',
      'runAsNonRoot',
      'runAsUser',
      'seLinuxOptions',
      'seccompProfile',
      'supplementalGroups',
      'supplementalGroupsPolicy',
      'sysctls',
    ],
    // Of volumes that outlive their Pods only.
    noEffect: ['fsGroupChangePolicy', 'seLinuxChangePolicy'],
    refused: { windowsOptions: WHY.windows },
  },
  SecurityContext: {
    runs: [
      'allowPrivilegeEscalation',
      'appArmorProfile',
      'capabilities',
      'privileged',
      'procMount',
      'readOnlyRootFilesystem',
      'runAsGroup',
      'runAsNonRoot',
      'runAsUser',
      'seLinuxOptions',
      'seccompProfile',
    ],
    refused: { windowsOptions: WHY.windows },
  },
  Capabilities: { runs: ['add', 'drop'] },
  SeccompProfile: { runs: ['localhostProfile', 'type'] },
  AppArmorProfile: { runs: ['localhostProfile', 'type'] },
  SELinuxOptions: { runs: ['level', 'role', 'type', 'user'] },
  Sysctl: { runs: ['name', 'value'] },
  PodDNSConfig: { runs: ['nameservers', 'options', 'searches'] },
  PodDNSConfigOption: { runs: ['name', 'value'] },
  ContainerRestartRule: { runs: ['action', 'exitCodes'] },
  ContainerRestartRuleOnExitCodes: { runs: ['operator', 'values'] },
  PodReadinessGate: { runs: ['conditionType'] },
  Probe: {
    runs: [
      'exec',
      'httpGet',
      'tcpSocket',
      'grpc',
      'initialDelaySeconds',
      'timeoutSeconds',
      'periodSeconds',
      'successThreshold',
      'failureThreshold',
      'terminationGracePeriodSeconds',
    ],
  },
  GRPCAction: { runs: ['port', 'service'] },
  ContainerPort: { runs: ['name', 'containerPort', 'hostIP', 'hostPort', 'protocol'] },
  EnvVar: { runs: ['name', 'value', 'valueFrom'] },
  EnvVarSource: { runs: ['configMapKeyRef', 'fieldRef', 'fileKeyRef', 'resourceFieldRef', 'secretKeyRef'] },
  ConfigMapKeySelector: { runs: ['key', 'name', 'optional'] },
  SecretKeySelector: { runs: ['key', 'name', 'optional'] },
  FileKeySelector: { runs: ['key', 'optional', 'path', 'volumeName'] },
  ObjectFieldSelector: { runs: ['fieldPath'], only: { apiVersion: { values: ['v1'], otherwise: WHY.fieldVersion } } },
  ResourceFieldSelector: { runs: ['containerName', 'divisor', 'resource'] },
  EnvFromSource: { runs: ['configMapRef', 'prefix', 'secretRef'] },
  ConfigMapEnvSource: { runs: ['name', 'optional'] },
  SecretEnvSource: { runs: ['name', 'optional'] },
  HostAlias: { runs: ['hostnames', 'ip'] },
  ResourceRequirements: {
    runs: [],
    only: {
      limits: { values: ['cpu', 'memory'], otherwise: WHY.otherResources },
      requests: { values: ['cpu', 'memory'], otherwise: WHY.otherResources },
    },
    refused: { claims: WHY.devices },
  },
  VolumeMount: {
    runs: ['name', 'mountPath', 'mountPropagation', 'readOnly', 'subPath', 'subPathExpr'],
    only: { recursiveReadOnly: { values: ['Disabled'], otherwise: WHY.recursiveReadOnly } },
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
    runs: ['name', 'configMap', 'downwardAPI', 'emptyDir', 'hostPath', 'projected', 'secret'],
    refused: {
      ...because(WHY.clusterStorage, [
        'awsElasticBlockStore',
        'azureDisk',
        'azureFile',
        'cephfs',
        'cinder',
        'csi',
        'ephemeral',
        'fc',
        'flexVolume',
        'flocker',
        'gcePersistentDisk',
        'glusterfs',
        'iscsi',
        'nfs',
        'persistentVolumeClaim',
        'photonPersistentDisk',
        'portworxVolume',
        'quobyte',
        'rbd',
        'scaleIO',
        'storageos',
        'vsphereVolume',
      ]),
      gitRepo: WHY.gitRepo,
      image: WHY.imageVolume,
    },
  },
  EmptyDirVolumeSource: { runs: ['sizeLimit'], only: { medium: { values: ['', 'Memory'], otherwise: WHY.hugePages } } },
  HostPathVolumeSource: { runs: ['path', 'type'] },
  ConfigMapVolumeSource: { runs: ['defaultMode', 'items', 'name', 'optional'] },
  SecretVolumeSource: { runs: ['defaultMode', 'items', 'optional', 'secretName'] },
  KeyToPath: { runs: ['key', 'mode', 'path'] },
  DownwardAPIVolumeSource: { runs: ['defaultMode', 'items'] },
  DownwardAPIVolumeFile: { runs: ['fieldRef', 'mode', 'path', 'resourceFieldRef'] },
  ProjectedVolumeSource: { runs: ['defaultMode', 'sources'] },
  // Nobody here issues tokens: a Pod that asks for one would wait for ever.
  VolumeProjection: {
    runs: ['configMap', 'downwardAPI', 'secret'],
    refused: because(WHY.tokens, ['clusterTrustBundle', 'podCertificate', 'serviceAccountToken']),
  },
  ConfigMapProjection: { runs: ['items', 'name', 'optional'] },
  SecretProjection: { runs: ['items', 'name', 'optional'] },
  DownwardAPIProjection: { runs: ['items'] },
};

/** Which command takes the Pod, and its table. */
export interface Served {
  readonly command: string;
  readonly support: Readonly<Record<string, TypeSupport>>;
}

const RUN: Served = { command: 'hooklet run', support: RUN_SUPPORT };

/** What of a valid Pod the command would have to ignore or get wrong, and therefore does not start. */
export function refuseUnsupported(pod: object, served: Served = RUN): readonly Finding[] {
  const findings: Finding[] = [];
  const report: Report = (path, message) => findings.push({ path, message });
  refuse(pod, schemaType('Pod'), [], { served, report });
  return findings;
}

interface Judge {
  readonly served: Served;
  readonly report: Report;
}

const notSupported = ({ served }: Judge): string => `not supported by ${served.command}`;

function refuse(value: unknown, type: SchemaType, path: FieldPath, judge: Judge): void {
  if (type.kind === 'list') {
    for (const [index, one] of (value as readonly unknown[]).entries()) refuse(one, type.element, [...path, index], judge);
  } else if (type.kind === 'object') {
    for (const [field, one] of Object.entries(value as object)) refuseField(field, one, { type, path, judge });
  }
}

interface Owner {
  readonly type: Extract<SchemaType, { kind: 'object' }>;
  readonly path: FieldPath;
  readonly judge: Judge;
}

function refuseField(field: string, value: unknown, { type, path, judge }: Owner): void {
  const support = own(judge.served.support, type.name);
  const at = [...path, field];
  const only = own(support?.only, field);
  if (only !== undefined) refuseValue(value, only, at, judge);
  else if (support?.runs.includes(field)) refuse(value, schemaType(type.fields[field] as string), at, judge);
  else if (support?.noEffect?.includes(field) !== true && !asksNothing(value)) {
    const why = own(support?.refused, field);
    judge.report(at, why === undefined ? notSupported(judge) : `${notSupported(judge)}: ${why}`);
  }
}

function refuseValue(value: unknown, { values, otherwise }: OnlySome, path: FieldPath, judge: Judge): void {
  if (typeof value !== 'object' || value === null) {
    if (!values.includes(value)) judge.report(path, `${quoteValue(value)} is ${notSupported(judge)}: ${otherwise}`);
    return;
  }
  for (const [key, one] of Object.entries(value)) {
    if (values.includes(key) || asksNothing(one)) continue;
    judge.report([...path, { key }], `${notSupported(judge)}: ${otherwise}`);
  }
}

const own = <T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;

/** `[]`, `{}` and `""` mean the same as leaving the field out. `0` and `false` may not: they are asked for. */
function asksNothing(value: unknown): boolean {
  return value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}
