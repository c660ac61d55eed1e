import { leases, runtimeClasses } from './cluster-objects.ts';
import { configMaps } from './config-maps.ts';
import { controllers } from './controllers.ts';
import { coreEvents, events } from './events.ts';
import { namespaces } from './namespaces.ts';
import { nodes } from './nodes.ts';
import { type PodSupport, pods } from './pods.ts';
import { priorityClasses } from './priority-classes.ts';
import type { ResourceDescription } from './resource.ts';
import { reviews } from './reviews.ts';
import { secrets } from './secrets.ts';
import { serviceAccounts } from './service-accounts.ts';
import { services } from './services.ts';

export interface ResourceOptions {
  /** PEM by which Pods know this API: the content of every `kube-root-ca.crt`. */
  readonly clusterCa: string;
  readonly pods: PodSupport;
}

/** All resources of this API; the groups in the order in which discovery shows them. */
export function allResources({ clusterCa, pods: support }: ResourceOptions): readonly ResourceDescription[] {
  const all = [
    configMaps,
    coreEvents,
    namespaces(clusterCa),
    nodes,
    pods(support),
    secrets,
    serviceAccounts,
    services,
    ...controllers,
    events,
    ...reviews,
    leases,
    runtimeClasses,
    priorityClasses,
  ];
  return all.toSorted((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group) || (a.plural < b.plural ? -1 : 1));
}

/** As a real server lists them. */
const GROUPS: readonly string[] = [
  '',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'apps',
  'batch',
  'node.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
];
