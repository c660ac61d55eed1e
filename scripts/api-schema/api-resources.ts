/** What the published documents say that the embedded API serves. Clients find kinds and decide what the server can do by it. */

export interface ServedResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly ServedVerb[];
  readonly subresources?: readonly ServedSubresource[];
}

export type ServedVerb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update';

export interface ServedSubresource {
  readonly name: string;
  /** `connect` carries bytes: logs, exec, attach, port-forward. */
  readonly verbs: readonly (ServedVerb | 'connect')[];
  /** What is sent and answered, where it is not the resource's own kind. */
  readonly kind?: GroupVersionKind;
}

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const ALL: readonly ServedVerb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update'];
const READ: readonly ServedVerb[] = ['get', 'list'];
const CREATE: readonly ServedVerb[] = ['create'];

const STATUS: ServedSubresource = { name: 'status', verbs: ['get', 'patch', 'update'] };

const POD_PARTS: readonly ServedSubresource[] = [
  STATUS,
  { name: 'attach', verbs: ['connect'] },
  { name: 'binding', verbs: CREATE, kind: { group: '', version: 'v1', kind: 'Binding' } },
  { name: 'eviction', verbs: CREATE, kind: { group: 'policy', version: 'v1', kind: 'Eviction' } },
  { name: 'exec', verbs: ['connect'] },
  { name: 'log', verbs: ['connect'] },
  { name: 'portforward', verbs: ['connect'] },
];

type Row = Pick<ServedResource, 'plural' | 'kind' | 'verbs'> & { readonly subresources?: readonly ServedSubresource[] };

const inNamespaces = (group: string, rows: readonly Row[]): readonly ServedResource[] =>
  rows.map((row) => ({ group, version: 'v1', namespaced: true, ...row }));

const inNone = (group: string, rows: readonly Row[]): readonly ServedResource[] =>
  rows.map((row) => ({ group, version: 'v1', namespaced: false, ...row }));

export const SERVED: readonly ServedResource[] = [
  ...inNamespaces('', [
    { plural: 'bindings', kind: 'Binding', verbs: CREATE },
    { plural: 'configmaps', kind: 'ConfigMap', verbs: ALL },
    { plural: 'events', kind: 'Event', verbs: ALL },
    { plural: 'pods', kind: 'Pod', verbs: ALL, subresources: POD_PARTS },
    { plural: 'podtemplates', kind: 'PodTemplate', verbs: ALL },
    { plural: 'replicationcontrollers', kind: 'ReplicationController', verbs: ALL, subresources: [STATUS] },
    { plural: 'secrets', kind: 'Secret', verbs: ALL },
    {
      plural: 'serviceaccounts',
      kind: 'ServiceAccount',
      verbs: ALL,
      subresources: [{ name: 'token', verbs: CREATE, kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' } }],
    },
    { plural: 'services', kind: 'Service', verbs: ALL, subresources: [STATUS] },
  ]),
  ...inNone('', [
    { plural: 'namespaces', kind: 'Namespace', verbs: ALL, subresources: [{ name: 'finalize', verbs: ['update'] }, STATUS] },
    { plural: 'nodes', kind: 'Node', verbs: ALL, subresources: [STATUS] },
  ]),
  ...inNamespaces('apps', [
    { plural: 'daemonsets', kind: 'DaemonSet', verbs: READ },
    { plural: 'deployments', kind: 'Deployment', verbs: READ },
    { plural: 'replicasets', kind: 'ReplicaSet', verbs: READ },
    { plural: 'statefulsets', kind: 'StatefulSet', verbs: READ },
  ]),
  ...inNone('authentication.k8s.io', [
    { plural: 'selfsubjectreviews', kind: 'SelfSubjectReview', verbs: CREATE },
    { plural: 'tokenreviews', kind: 'TokenReview', verbs: CREATE },
  ]),
  ...inNamespaces('authorization.k8s.io', [{ plural: 'localsubjectaccessreviews', kind: 'LocalSubjectAccessReview', verbs: CREATE }]),
  ...inNone('authorization.k8s.io', [
    { plural: 'selfsubjectaccessreviews', kind: 'SelfSubjectAccessReview', verbs: CREATE },
    { plural: 'selfsubjectrulesreviews', kind: 'SelfSubjectRulesReview', verbs: CREATE },
    { plural: 'subjectaccessreviews', kind: 'SubjectAccessReview', verbs: CREATE },
  ]),
  ...inNamespaces('batch', [
    { plural: 'cronjobs', kind: 'CronJob', verbs: READ },
    { plural: 'jobs', kind: 'Job', verbs: READ },
  ]),
  ...inNamespaces('coordination.k8s.io', [{ plural: 'leases', kind: 'Lease', verbs: ALL }]),
  ...inNamespaces('events.k8s.io', [{ plural: 'events', kind: 'Event', verbs: ALL }]),
  ...inNone('node.k8s.io', [{ plural: 'runtimeclasses', kind: 'RuntimeClass', verbs: ALL }]),
  ...inNone('scheduling.k8s.io', [{ plural: 'priorityclasses', kind: 'PriorityClass', verbs: ALL }]),
];

/** `api/v1`, `apis/apps/v1`: the documents of version 3, and where paths begin. */
export const groupVersionPath = ({ group, version }: { readonly group: string; readonly version: string }): string =>
  group === '' ? `api/${version}` : `apis/${group}/${version}`;
