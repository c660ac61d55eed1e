import type { TableColumn, TableRow } from '../../model/api-objects.ts';

/** How the objects of one resource are shown as rows: `pkg/printers/internalversion/printers.go` gives names, types and priorities. */
export interface ResourceTable<Thing> {
  readonly columns: readonly TableColumn[];
  /** `nowMs` is wall time. */
  row(object: Thing, nowMs: number): TableRow;
}

export const column = (
  name: string,
  description: string,
  more: Partial<Pick<TableColumn, 'type' | 'format' | 'priority'>> = {},
): TableColumn => ({ name, type: 'string', format: '', description, priority: 0, ...more });

export const NAME = column('Name', 'The name of the object', { format: 'name' });
export const AGE = column('Age', 'How long ago the object was created');

/** Shown with `-o wide` only. */
export const WIDE = { priority: 1 } as const;

export const orNone = (text: string | undefined): string => (text === undefined || text === '' ? '<none>' : text);
