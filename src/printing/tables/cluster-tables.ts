/** Small objects of the cluster itself. */
import type { ApiLease, ApiPriorityClass, ApiRuntimeClass } from '../../model/api-objects.ts';
import { ageText } from '../age-text.ts';
import { AGE, column, NAME, type ResourceTable } from './column.ts';

export const leasesTable: ResourceTable<ApiLease> = {
  columns: [NAME, column('Holder', 'Who holds it'), AGE],

  row: ({ metadata, spec }, nowMs) => ({
    cells: [metadata?.name ?? '', spec?.holderIdentity ?? '', ageText(metadata?.creationTimestamp, nowMs)],
  }),
};

export const runtimeClassesTable: ResourceTable<ApiRuntimeClass> = {
  columns: [NAME, column('Handler', 'What the container runtime calls it'), AGE],

  row: ({ metadata, handler }, nowMs) => ({
    cells: [metadata?.name ?? '', handler ?? '', ageText(metadata?.creationTimestamp, nowMs)],
  }),
};

export const priorityClassesTable: ResourceTable<ApiPriorityClass> = {
  columns: [
    NAME,
    column('Value', 'The priority of Pods of this class', { type: 'integer' }),
    column('Global-Default', 'Whether Pods without a class are of this one', { type: 'boolean' }),
    AGE,
    column('PreemptionPolicy', 'Whether its Pods may push out others'),
  ],

  row: ({ metadata, value, globalDefault, preemptionPolicy }, nowMs) => ({
    cells: [
      metadata?.name ?? '',
      value ?? 0,
      globalDefault ?? false,
      ageText(metadata?.creationTimestamp, nowMs),
      preemptionPolicy ?? 'PreemptLowerPriority',
    ],
  }),
};
