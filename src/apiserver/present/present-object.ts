/** The stored bytes of an object → what the client asked for: the bytes as they are, its metadata alone, or a Table. */

import type { Fields } from '../../model/json-fields.ts';
import { defaultTable } from '../../printing/tables/default-table.ts';
import { type ApiObject, parseStored } from '../api-object.ts';
import type { ResourceDescription } from '../resources/resource.ts';
import type { View } from './view.ts';

const encoder = new TextEncoder();
export const jsonBytes = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value));

/** In the shape of this resource's group. */
export const shown = (resource: ResourceDescription, stored: ApiObject): ApiObject => resource.storage?.shown?.(stored) ?? stored;

export function presentObject(view: View, json: Uint8Array): Uint8Array {
  const { resource, accepted } = view;
  if (accepted.as === 'object' && resource.storage?.shown === undefined) return json;
  return presentParsed(view, parseStored(json));
}

/** `object` is in the stored shape. */
export function presentParsed(view: View, object: ApiObject): Uint8Array {
  const { resource, accepted } = view;
  switch (accepted.as) {
    case 'object':
      return jsonBytes(shown(resource, object));
    case 'partial':
    case 'partialList':
      return jsonBytes(partial(object, accepted.metaVersion));
    case 'table': {
      const { resourceVersion } = object.metadata;
      return jsonBytes(table(view, [tableRow(view, object)], { resourceVersion }));
    }
    default:
      return accepted.as satisfies never;
  }
}

export const partial = (object: ApiObject, metaVersion: string): Fields => ({
  kind: 'PartialObjectMetadata',
  apiVersion: `meta.k8s.io/${metaVersion}`,
  metadata: object.metadata,
});

/** A Table as kubectl reads it; `rows` are complete. In a watch the columns come with the first event only. */
export const table = (view: View, rows: readonly unknown[], metadata: Fields, withColumns = true): Fields => ({
  kind: 'Table',
  apiVersion: `meta.k8s.io/${view.accepted.metaVersion}`,
  metadata,
  columnDefinitions: withColumns ? columnsOf(view) : null,
  rows,
});

export const columnsOf = ({ resource }: View): readonly unknown[] => (resource.table ?? defaultTable).columns;

/** Columns are those of the stored shape. */
export function tableRow(view: View, object: ApiObject): Fields {
  const { resource, rowObject, nowMs, accepted } = view;
  const { cells, conditions } = (resource.table ?? defaultTable).row(object, nowMs);
  return {
    cells,
    ...(conditions === undefined || conditions.length === 0 ? {} : { conditions }),
    ...rowObjectOf(rowObject, shown(resource, object), accepted.metaVersion),
  };
}

function rowObjectOf(rowObject: View['rowObject'], object: ApiObject, metaVersion: string): Fields {
  if (rowObject === 'None') return {};
  return { object: rowObject === 'Object' ? object : partial(object, metaVersion) };
}
