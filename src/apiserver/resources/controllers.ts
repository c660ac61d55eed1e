/**
 * Kinds that live by a controller. hooklet runs none: their lists are always empty, so that `kubectl get all` works, and
 * who creates one is told at once instead of waiting for Pods that never come.
 */
import { dnsSubdomain } from '../../model/name-rules.ts';
import {
  cronJobsTable,
  daemonSetsTable,
  deploymentsTable,
  jobsTable,
  replicaSetsTable,
  replicationControllersTable,
  statefulSetsTable,
} from '../../printing/tables/workload-tables.ts';
import type { ResourceDescription } from './resource.ts';

type Named = Pick<ResourceDescription, 'group' | 'plural' | 'singular' | 'kind' | 'shortNames'> & {
  readonly table: NonNullable<ResourceDescription['table']>;
};

const kinds: readonly Named[] = [
  {
    group: '',
    plural: 'replicationcontrollers',
    singular: 'replicationcontroller',
    kind: 'ReplicationController',
    shortNames: ['rc'],
    table: replicationControllersTable,
  },
  { group: 'apps', plural: 'daemonsets', singular: 'daemonset', kind: 'DaemonSet', shortNames: ['ds'], table: daemonSetsTable },
  { group: 'apps', plural: 'deployments', singular: 'deployment', kind: 'Deployment', shortNames: ['deploy'], table: deploymentsTable },
  { group: 'apps', plural: 'replicasets', singular: 'replicaset', kind: 'ReplicaSet', shortNames: ['rs'], table: replicaSetsTable },
  { group: 'apps', plural: 'statefulsets', singular: 'statefulset', kind: 'StatefulSet', shortNames: ['sts'], table: statefulSetsTable },
  { group: 'batch', plural: 'cronjobs', singular: 'cronjob', kind: 'CronJob', shortNames: ['cj'], table: cronJobsTable },
  { group: 'batch', plural: 'jobs', singular: 'job', kind: 'Job', table: jobsTable },
];

export const controllers: readonly ResourceDescription[] = kinds.map((kind) => ({
  ...kind,
  version: 'v1',
  categories: ['all'],
  namespaced: true,
  verbs: ['get', 'list', 'watch'],
  storage: { resource: kind.group === '' ? kind.plural : `${kind.group}/${kind.plural}` },
  typeName: kind.kind,
  strategy: { nameRule: dnsSubdomain },
  refusal: 'hooklet runs no controllers: create the Pods themselves, or run its Pod template with `hooklet run`',
}));
