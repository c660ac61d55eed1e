import type { ApiCore } from '../api-core.ts';
import type { ApiResponse } from '../api-request.ts';
import { presentObject } from '../present/present-object.ts';
import { respond } from '../respond.ts';
import { notFound, tooLargeResourceVersion } from '../status-error.ts';
import { type Call, styleOf, viewOf } from './call.ts';
import { keyOf } from './object-key.ts';
import { readResourceVersion } from './resource-version.ts';

/** GET of one object. There is one copy of each, so "at any version" and "the newest" are the same. */
export function get(core: ApiCore, call: Call): Promise<ApiResponse> {
  const { request, resource, info } = call;
  const view = viewOf(call);
  const asked = readResourceVersion(request.query.get('resourceVersion'));
  if (asked !== undefined && asked > core.store.resourceVersion) throw tooLargeResourceVersion(asked, core.store.resourceVersion);
  const stored = core.store.get(keyOf(resource, info.namespace, info.name));
  if (stored === undefined) throw notFound(resource, info.name);
  return respond(200, presentObject(view, stored.json), styleOf(call, view));
}
