import type { ApiObject as PrintedObject } from '../model/api-objects.ts';
import type { ResourceTable as TableOf } from '../printing/tables/column.ts';

/** What `kubectl get` prints of a resource (`meta.k8s.io` Table). */
export type ResourceTable = TableOf<PrintedObject>;
