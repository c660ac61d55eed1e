/**
 * What the API server fills in when a Pod is created: `pkg/apis/core/v1/defaults.go`, applied as its generated code
 * does, to every object of a type wherever it stands. Pure: the given object is not changed.
 *
 * The order matters in one place: requests are copied from limits before the values are rounded.
 */

import { defaultPullPolicy } from './pull-policy.ts';
import { canonicalQuantity, parseQuantity } from './quantity.ts';
import { type SchemaType, schemaType } from './schema-type.ts';

type Fields = Readonly<Record<string, unknown>>;
type Mutable = Record<string, unknown>;

const DEFAULT_FILE_MODE = 0o644;

/** Fields with a constant default. A field that is absent or empty gets it. */
const CONSTANTS: Readonly<Record<string, Fields>> = {
  PodSpec: {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
    enableServiceLinks: true,
  },
  Container: { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' },
  EphemeralContainer: { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' },
  ContainerPort: { protocol: 'TCP' },
  Probe: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  HTTPGetAction: { path: '/', scheme: 'HTTP' },
  GRPCAction: { service: '' },
  ObjectFieldSelector: { apiVersion: 'v1' },
  FileKeySelector: { optional: false },
  HostPathVolumeSource: { type: '' },
  SecretVolumeSource: { defaultMode: DEFAULT_FILE_MODE },
  ConfigMapVolumeSource: { defaultMode: DEFAULT_FILE_MODE },
  DownwardAPIVolumeSource: { defaultMode: DEFAULT_FILE_MODE },
  ProjectedVolumeSource: { defaultMode: DEFAULT_FILE_MODE },
  ServiceAccountTokenProjection: { expirationSeconds: 3600 },
  PersistentVolumeClaimSpec: { volumeMode: 'Filesystem' },
  ISCSIVolumeSource: { iscsiInterface: 'default' },
  RBDVolumeSource: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' },
  AzureDiskVolumeSource: { cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false },
  ScaleIOVolumeSource: { storageMode: 'ThinProvisioned', fsType: 'xfs' },
};

/** Types whose numbers are no pointers in Go: there 0 cannot be told from "not given". */
const ZERO_IS_UNSET: ReadonlySet<string> = new Set(['Probe']);

/** Defaults that depend on other fields of the same object. */
const COMPUTED: Readonly<Record<string, (object: Mutable) => void>> = {
  Pod: defaultPodFields,
  PodSpec: defaultPodSpecFields,
  Container: defaultContainerFields,
  EphemeralContainer: defaultContainerFields,
  Volume: defaultVolumeFields,
};

/** `pod` has been read by the schema (`read-fields.ts`). */
export function withDefaults(pod: object): object {
  return defaulted(without(pod as Fields, STATUS), schemaType('Pod')) as object;
}

export const NEGATIVE_GRACE_WARNING = 'must be >= 0; negative values are invalid and will be treated as 1';

function defaulted(value: unknown, type: SchemaType): unknown {
  switch (type.kind) {
    case 'scalar':
      return value;
    case 'list':
      return (value as readonly unknown[]).map((one) => defaulted(one, type.element));
    case 'map':
      return defaultedMap(value as Fields, type.element);
    case 'object':
      return defaultedObject(value as Fields, type.name, type.fields);
    default:
      return type satisfies never;
  }
}

function defaultedMap(map: Fields, element: SchemaType): unknown {
  // A map of quantities is a ResourceList everywhere in the API, and those are kept to thousandths.
  const isResourceList = element.kind === 'scalar' && element.scalar === 'quantity';
  return Object.fromEntries(Object.entries(map).map(([key, one]) => [key, isResourceList ? roundUpToMilli(one as string) : one]));
}

function defaultedObject(given: Fields, name: string, cells: Readonly<Record<string, string>>): unknown {
  const object: Mutable = { ...given };
  COMPUTED[name]?.(object);
  for (const [field, value] of Object.entries(CONSTANTS[name] ?? {})) {
    const isUnset = isEmpty(object[field]) || (object[field] === 0 && ZERO_IS_UNSET.has(name));
    if (isUnset) object[field] = value;
  }
  for (const field of Object.keys(object)) object[field] = defaulted(object[field], schemaType(cells[field] as string));
  return object;
}

const isEmpty = (value: unknown): boolean => value === undefined || value === '';

function defaultPodFields(pod: Mutable): void {
  const metadata = { ...(pod['metadata'] as Fields | undefined) };
  // Not a default of the type: kubectl fills in its namespace before it sends the Pod.
  if (isEmpty(metadata['namespace'])) metadata['namespace'] = 'default';
  // A manifest taken from a cluster carries what its server said. A server that creates an object ignores all of that.
  pod['metadata'] = without(metadata, SERVER_FIELDS);
  pod['spec'] = { ...(pod['spec'] as Fields | undefined) };
}

/** Filled in by the server alone (`apiserver/pkg/registry/rest/create.go`); a uid is kept, as hooklet gives none of its own then. */
const SERVER_FIELDS: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
]);

/** What a client sends as status is discarded. */
const STATUS: ReadonlySet<string> = new Set(['status']);

const without = (object: Fields, left: ReadonlySet<string>): Fields =>
  Object.fromEntries(Object.entries(object).filter(([field]) => !left.has(field)));

function defaultPodSpecFields(spec: Mutable): void {
  const grace = spec['terminationGracePeriodSeconds'];
  if (typeof grace === 'number' && grace < 0) spec['terminationGracePeriodSeconds'] = 1;
  // Two names of one field; the older one is kept for old clients (`pkg/apis/core/v1/conversion.go`).
  if (isEmpty(spec['serviceAccountName']) && !isEmpty(spec['serviceAccount'])) spec['serviceAccountName'] = spec['serviceAccount'];
  for (const list of ['containers', 'initContainers']) {
    const containers = spec[list] as readonly Fields[] | undefined;
    if (containers === undefined) continue;
    spec[list] = containers.map((container) => defaultForPod(container, spec['hostNetwork'] === true));
  }
}

/** Defaults that hold in a Pod but not in a Pod template, and never for ephemeral containers. */
function defaultForPod(container: Fields, hostNetwork: boolean): Fields {
  const filled: Mutable = { ...container };
  const resources = container['resources'] as { readonly limits?: Fields; readonly requests?: Fields } | undefined;
  if (resources?.limits !== undefined) filled['resources'] = { ...resources, requests: { ...resources.limits, ...resources.requests } };
  const ports = container['ports'] as readonly Fields[] | undefined;
  if (hostNetwork && ports !== undefined) {
    filled['ports'] = ports.map((port) =>
      (port['hostPort'] ?? 0) === 0 && port['containerPort'] !== undefined ? { ...port, hostPort: port['containerPort'] } : port,
    );
  }
  return filled;
}

function defaultContainerFields(container: Mutable): void {
  if (isEmpty(container['imagePullPolicy']))
    container['imagePullPolicy'] = defaultPullPolicy((container['image'] as string | undefined) ?? '');
}

function defaultVolumeFields(volume: Mutable): void {
  if (Object.keys(volume).every((field) => field === 'name')) volume['emptyDir'] = {};
  const image = volume['image'] as Fields | undefined;
  if (image !== undefined && isEmpty(image['pullPolicy'])) {
    volume['image'] = { ...image, pullPolicy: defaultPullPolicy((image['reference'] as string | undefined) ?? '') };
  }
}

function roundUpToMilli(text: string): string {
  const quantity = parseQuantity(text);
  const milli = 1_000_000n;
  if (quantity === undefined || quantity.nanos % milli === 0n) return text;
  // "Up" is away from zero, as for all rounding of quantities.
  const towardsZero = (quantity.nanos / milli) * milli;
  return canonicalQuantity({ ...quantity, nanos: towardsZero + (quantity.nanos > 0n ? milli : -milli) });
}
