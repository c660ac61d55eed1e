import type { ApiNamespace } from '../../model/api-objects.ts';
import { ageText } from '../age-text.ts';
import { AGE, column, NAME, type ResourceTable } from './column.ts';

export const namespacesTable: ResourceTable<ApiNamespace> = {
  columns: [NAME, column('Status', 'Whether the namespace lives or is being removed'), AGE],

  row: ({ metadata, status }, nowMs) => ({
    cells: [metadata?.name ?? '', status?.phase ?? '', ageText(metadata?.creationTimestamp, nowMs)],
  }),
};
