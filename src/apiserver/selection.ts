/** `labelSelector` and `fieldSelector` of a query, as one filter of stored objects. */
import type { ApiObject } from './api-object.ts';
import { EVERYTHING, type ObjectFilter } from './object-filter.ts';
import { shown } from './present/present-object.ts';
import type { ResourceDescription } from './resources/resource.ts';
import { matchesFields, parseFieldSelector } from './select/field-selector.ts';
import { matchesLabels } from './select/label-selector.ts';
import { parseLabelSelector } from './select/parse-label-selector.ts';
import { selectableFields } from './select/selectable-fields.ts';

/** Throws a StatusError (400) where a selector cannot be read. */
export function readFilter(resource: ResourceDescription, query: URLSearchParams): ObjectFilter {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  const selectable = selectableFields(resource.typeName);
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '', selectable);
  if (labels.length === 0 && fields.length === 0) return EVERYTHING;
  const name = fields.find(({ field, isEqual }) => field === 'metadata.name' && isEqual)?.value;
  return {
    isAll: false,
    ...(name === undefined ? {} : { name }),
    // What a field is called depends on the group that asks; labels are the same in all.
    matches: (object: ApiObject) =>
      matchesLabels(labels, object.metadata.labels) && (fields.length === 0 || matchesFields(fields, selectable, shown(resource, object))),
  };
}
