import type { ApiObject } from '../../model/api-objects.ts';
import { column, NAME, type ResourceTable } from './column.ts';

/** For a resource that has no table of its own (`apiserver/pkg/registry/rest/table.go`). */
export const defaultTable: ResourceTable<ApiObject> = {
  columns: [NAME, column('Created At', 'When the object was created', { type: 'date' })],

  row: ({ metadata }) => ({ cells: [metadata?.name ?? '', metadata?.creationTimestamp || '<unknown>'] }),
};
