/** DELETE of a collection: each object by itself, as a DELETE of it would (`registry/generic/registry/store.go` DeleteCollection). */
import type { ApiCore } from '../api-core.ts';
import { parseStored } from '../api-object.ts';
import type { ApiResponse } from '../api-request.ts';
import { type ListPages, presentList } from '../present/present-list.ts';
import { respondParts } from '../respond.ts';
import { readFilter } from '../selection.ts';
import { StatusError } from '../status-error.ts';
import { type Call, styleOf, viewOf } from './call.ts';
import { readDeleteOptions } from './delete.ts';
import { type Deleted, deleteObject } from './delete-object.ts';
import { rangeOf, readPages } from './list.ts';

export async function deleteCollection(core: ApiCore, call: Call): Promise<ApiResponse> {
  const { resource, user, request } = call;
  const view = viewOf(call);
  const { options, dryRun } = await readDeleteOptions(core, call);
  const pages = readPages(core, { range: rangeOf(call), filter: readFilter(resource, request.query) });
  const deleted: Uint8Array[] = [];
  for (const page of pages) {
    for (const json of page) {
      const { namespace = '', name } = parseStored(json).metadata;
      const gone = await deleteIfThere(core, { resource, namespace, name, options, user, dryRun });
      if (gone !== undefined) deleted.push(gone.json);
    }
  }
  return respondParts(presentList(view, onePage(deleted, String(core.store.resourceVersion))), styleOf(call, view));
}

/** Who else deletes it meanwhile did what was asked. */
async function deleteIfThere(core: ApiCore, order: Parameters<typeof deleteObject>[1]): Promise<Deleted | undefined> {
  try {
    return await deleteObject(core, order);
  } catch (error) {
    if (error instanceof StatusError && error.code === 404) return undefined;
    throw error;
  }
}

function* onePage(items: readonly Uint8Array[], resourceVersion: string): ListPages {
  if (items.length > 0) yield items;
  return { resourceVersion };
}
