/** What Pods take their settings and rights from. */
import type { ApiConfigMap, ApiSecret, ApiServiceAccount } from '../../model/api-objects.ts';
import { ageText } from '../age-text.ts';
import { AGE, column, NAME, type ResourceTable } from './column.ts';

export const configMapsTable: ResourceTable<ApiConfigMap> = {
  columns: [NAME, column('Data', 'How many entries it has'), AGE],

  row: ({ metadata, data, binaryData }, nowMs) => ({
    cells: [metadata?.name ?? '', sizeOf(data) + sizeOf(binaryData), ageText(metadata?.creationTimestamp, nowMs)],
  }),
};

export const secretsTable: ResourceTable<ApiSecret> = {
  columns: [NAME, column('Type', 'What its entries are for'), column('Data', 'How many entries it has'), AGE],

  row: ({ metadata, type, data }, nowMs) => ({
    cells: [metadata?.name ?? '', type ?? '', sizeOf(data), ageText(metadata?.creationTimestamp, nowMs)],
  }),
};

export const serviceAccountsTable: ResourceTable<ApiServiceAccount> = {
  columns: [NAME, column('Secrets', 'How many secrets it may use'), AGE],

  row: ({ metadata, secrets }, nowMs) => ({
    cells: [metadata?.name ?? '', secrets?.length ?? 0, ageText(metadata?.creationTimestamp, nowMs)],
  }),
};

const sizeOf = (map: object | undefined): number => Object.keys(map ?? {}).length;
