import type { ApiObject, Json, JsonObject } from '../../model/api-objects.ts';
import { jsonText } from '../../printing/json-text.ts';
import { yamlText } from '../../printing/yaml-text.ts';
import { type ApiResource, kindName } from './find-resource.ts';

export type ObjectFormat = 'json' | 'yaml' | 'name';

/** Whole objects as kubectl prints them: without the book-keeping of who set which field. */
export function printObject(object: ApiObject, format: ObjectFormat): string {
  if (format === 'name') return `${objectName(object)}\n`;
  const shown = withoutManagedFields(object) as unknown as Json;
  return format === 'json' ? jsonText(shown) : yamlText(shown);
}

/** What a list of objects says of itself: kubectl's own lists are of any kind and of no version. */
const LIST: JsonObject = { kind: 'List', metadata: { resourceVersion: '' } };

/** Several objects as one list. */
export function printList(objects: readonly ApiObject[], format: ObjectFormat, head: JsonObject = LIST): string {
  if (format === 'name') return objects.map((object) => printObject(object, format)).join('');
  const items = objects.map((object) => withoutManagedFields(object) as unknown as JsonObject);
  const list: JsonObject = { apiVersion: 'v1', ...head, items };
  return format === 'json' ? jsonText(list) : yamlText(list);
}

/** "pod/web" */
export function objectName({ apiVersion = '', kind = '', metadata }: ApiObject): string {
  const [, group = ''] = apiVersion.split('/').reverse();
  return `${kindName({ kind, group })}/${metadata?.name ?? ''}`;
}

function withoutManagedFields(object: ApiObject): ApiObject {
  if (object.metadata === undefined || !('managedFields' in object.metadata)) return object;
  const { managedFields: _, ...metadata } = object.metadata as ApiObject['metadata'] & { readonly managedFields?: unknown };
  return { ...object, metadata: metadata as NonNullable<ApiObject['metadata']> };
}

/** The items of a list may leave out what the list says already. */
export const typed = (object: ApiObject, { group, version, kind }: ApiResource): ApiObject => ({
  apiVersion: group === '' ? version : `${group}/${version}`,
  kind,
  ...object,
});
