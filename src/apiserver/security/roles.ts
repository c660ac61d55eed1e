/**
 * Who may do what, as data (the form of `rbac/v1` PolicyRule). There is no RBAC API: these are all roles there are, and
 * what no rule allows is refused. `docs/security.md` says it for people.
 */
import type { AccessRule } from '../access.ts';

export interface Role {
  readonly name: string;
  /** Whoever is in one of the groups has the role, or is one of the users. */
  readonly groups?: readonly string[];
  readonly users?: readonly string[];
  readonly rules: readonly AccessRule[];
}

/** Upstream's name for those who may do everything. Only `admin.kubeconfig` and hooklet itself are in it. */
export const ADMINS = 'system:masters';
export const VIEWERS = 'hooklet:viewers';
export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';
export const ANONYMOUS = 'system:anonymous';
export const SERVICE_ACCOUNTS = 'system:serviceaccounts';
/** The kubelet, which lives in the process of the API: there is no certificate for it, and no other way to be it. */
export const NODES = 'system:nodes';
/** What gives Pods their node, in the same process. */
export const BINDER = 'system:kube-scheduler';

/** What a hook wrote may hold secrets: to read it is a right of its own (`get`), which no role has but the one with all. */
export const HOOK_OUTPUTS = { group: 'hooklet.dev', resource: 'hookoutputs' } as const;

const READ = ['get', 'list', 'watch'];
const WRITE_EVENTS: AccessRule = { verbs: ['create', 'patch', 'update'], apiGroups: ['', 'events.k8s.io'], resources: ['events'] };
const ALL = ['*'];

/** Paths that say nothing but that the server is there (`system:public-info-viewer`). */
export const PUBLIC_PATHS: readonly string[] = ['/healthz', '/livez', '/readyz', '/version', '/version/'];

/** What a viewer may read, by API group: everything that hooklet serves but `secrets`, and no part that does something. */
const VIEWED: Readonly<Record<string, readonly string[]>> = {
  '': [
    'configmaps',
    'endpoints',
    'events',
    'namespaces',
    'namespaces/status',
    'nodes',
    'nodes/status',
    'pods',
    'pods/log',
    'pods/status',
    'replicationcontrollers',
    'serviceaccounts',
    'services',
    'services/status',
  ],
  apps: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  batch: ['cronjobs', 'jobs'],
  'coordination.k8s.io': ['leases'],
  'discovery.k8s.io': ['endpointslices'],
  'events.k8s.io': ['events'],
  'node.k8s.io': ['runtimeclasses'],
  'scheduling.k8s.io': ['priorityclasses'],
};

/** `plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go`, as far as hooklet has its subjects. */
export const ROLES: readonly Role[] = [
  {
    name: 'admin',
    groups: [ADMINS],
    rules: [
      { verbs: ALL, apiGroups: ALL, resources: ALL },
      { verbs: ALL, nonResourceURLs: ALL },
    ],
  },
  {
    name: 'viewer',
    groups: [VIEWERS],
    rules: [
      ...Object.entries(VIEWED).map(([group, resources]) => ({ verbs: READ, apiGroups: [group], resources })),
      { verbs: ['get'], nonResourceURLs: ['/metrics'] },
    ],
  },
  {
    name: 'system:node',
    groups: [NODES],
    rules: [
      { verbs: READ, apiGroups: [''], resources: ['configmaps', 'namespaces', 'nodes', 'pods', 'secrets', 'services'] },
      { verbs: ['create', 'patch', 'update'], apiGroups: [''], resources: ['nodes'] },
      { verbs: ['patch', 'update'], apiGroups: [''], resources: ['nodes/status', 'pods/status'] },
      // Static Pods are mirrored; Pods that have ended their grace are removed.
      { verbs: ['create', 'delete'], apiGroups: [''], resources: ['pods'] },
      { verbs: ['create'], apiGroups: [''], resources: ['serviceaccounts/token'] },
      { verbs: ['get'], apiGroups: [''], resources: ['serviceaccounts'] },
      { verbs: ['create', 'delete', 'get', 'patch', 'update'], apiGroups: ['coordination.k8s.io'], resources: ['leases'] },
      { verbs: READ, apiGroups: ['node.k8s.io'], resources: ['runtimeclasses'] },
      WRITE_EVENTS,
      // After a restart: which events the API has already.
      { verbs: ['list'], apiGroups: [''], resources: ['events'] },
    ],
  },
  {
    name: 'system:kube-scheduler',
    users: [BINDER],
    rules: [
      { verbs: READ, apiGroups: [''], resources: ['namespaces', 'nodes', 'pods'] },
      { verbs: ['create'], apiGroups: [''], resources: ['pods/binding'] },
      { verbs: ['patch', 'update'], apiGroups: [''], resources: ['pods/status'] },
      WRITE_EVENTS,
      // After a restart: how often it has told an event already.
      { verbs: ['get'], apiGroups: [''], resources: ['events'] },
    ],
  },
  {
    name: 'system:basic-user',
    groups: [AUTHENTICATED],
    rules: [
      { verbs: ['create'], apiGroups: ['authorization.k8s.io'], resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'] },
      { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
    ],
  },
  {
    name: 'system:discovery',
    groups: [AUTHENTICATED],
    rules: [{ verbs: ['get'], nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', ...PUBLIC_PATHS] }],
  },
  {
    name: 'system:service-account-issuer-discovery',
    groups: [SERVICE_ACCOUNTS],
    rules: [{ verbs: ['get'], nonResourceURLs: ['/.well-known/openid-configuration', '/openid/v1/jwks'] }],
  },
  {
    name: 'system:public-info-viewer',
    groups: [AUTHENTICATED, UNAUTHENTICATED],
    rules: [{ verbs: ['get'], nonResourceURLs: PUBLIC_PATHS }],
  },
];
