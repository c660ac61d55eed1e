/**
 * The answer of the API server to "print it": which columns a resource has, and an object as its row. The server gives
 * all columns; the client leaves out those of priority 1 unless asked for wide output.
 */
import type { ApiObject, TableColumn, TableRow } from '../model/api-objects.ts';
import { leasesTable, priorityClassesTable, runtimeClassesTable } from './tables/cluster-tables.ts';
import type { ResourceTable } from './tables/column.ts';
import { configMapsTable, secretsTable, serviceAccountsTable } from './tables/config-tables.ts';
import { defaultTable } from './tables/default-table.ts';
import { eventObjectsTable } from './tables/event-objects-table.ts';
import { namespacesTable } from './tables/namespaces-table.ts';
import { nodesTable } from './tables/nodes-table.ts';
import { podsTable } from './tables/pods-table.ts';
import { servicesTable } from './tables/services-table.ts';
import {
  cronJobsTable,
  daemonSetsTable,
  deploymentsTable,
  jobsTable,
  replicaSetsTable,
  replicationControllersTable,
  statefulSetsTable,
} from './tables/workload-tables.ts';

type AnyTable = ResourceTable<ApiObject>;

/** An object of a resource has the shape of that resource: the server keeps no other. */
const of = <Thing>(table: ResourceTable<Thing>): AnyTable => table as unknown as AnyTable;

const TABLES: ReadonlyMap<string, AnyTable> = new Map([
  ['pods', of(podsTable)],
  ['events', of(eventObjectsTable)],
  ['nodes', of(nodesTable)],
  ['namespaces', of(namespacesTable)],
  ['configmaps', of(configMapsTable)],
  ['secrets', of(secretsTable)],
  ['serviceaccounts', of(serviceAccountsTable)],
  ['services', of(servicesTable)],
  ['replicationcontrollers', of(replicationControllersTable)],
  ['coordination.k8s.io/leases', of(leasesTable)],
  ['node.k8s.io/runtimeclasses', of(runtimeClassesTable)],
  ['scheduling.k8s.io/priorityclasses', of(priorityClassesTable)],
  ['apps/deployments', of(deploymentsTable)],
  ['apps/replicasets', of(replicaSetsTable)],
  ['apps/statefulsets', of(statefulSetsTable)],
  ['apps/daemonsets', of(daemonSetsTable)],
  ['batch/jobs', of(jobsTable)],
  ['batch/cronjobs', of(cronJobsTable)],
]);

const tableOf = (resource: string): AnyTable => TABLES.get(resource) ?? defaultTable;

/** `resource` is `<group>/<plural>`, or the plural alone in the core group. */
export const tableColumns = (resource: string): readonly TableColumn[] => tableOf(resource).columns;

/** One cell for each of the columns. `nowMs` is wall time: ages count from it. */
export const tableRow = (resource: string, object: ApiObject, nowMs: number): TableRow => tableOf(resource).row(object, nowMs);
