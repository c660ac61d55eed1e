/** PUT of an object or a part of it (`apiserver/pkg/endpoints/handlers/update.go`). */
import type { ApiCore } from '../api-core.ts';
import type { ApiObject } from '../api-object.ts';
import type { ApiResponse } from '../api-request.ts';
import { bodyMedia, contentType, readBody } from '../body.ts';
import { decodeObject } from '../decode-object.ts';
import { presentObject } from '../present/present-object.ts';
import { managerOf, readWriteQuery } from '../request-options.ts';
import { respond } from '../respond.ts';
import { badRequest, notFound } from '../status-error.ts';
import { type Call, styleOf, viewOf } from './call.ts';
import { changeObject } from './change-object.ts';
import { inNamespace, withWarnings } from './create.ts';
import { createObject, type WriteOptions } from './create-object.ts';
import { keyOf } from './object-key.ts';

export async function update(core: ApiCore, call: Call): Promise<ApiResponse> {
  const { request, resource, info, user } = call;
  const view = viewOf(call);
  const query = readWriteQuery(request.query, 'UpdateOptions');
  const body = await readBody(request, bodyMedia(contentType(request)), core.schema);
  const { object: given, warnings } = decodeObject(core.schema, body, { expected: resource, validation: query.fieldValidation });
  const object = inNamespace(given, resource.namespaced ? info.namespace : '');
  requireName(object, info.name);
  const options = { user, dryRun: query.dryRun, manager: managerOf(query.fieldManager, request.headers['user-agent']) };
  const { json, isNew } = await write(core, call, object, options);
  const response = await respond(isNew ? 201 : 200, presentObject(view, json), styleOf(call, view));
  return withWarnings(response, [...warnings, ...(resource.strategy.warnings?.(object) ?? [])]);
}

function requireName({ metadata: { name } }: ApiObject, onPath: string): void {
  if (name === '') throw badRequest('name must be provided');
  if (name !== onPath) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${onPath})`);
}

async function write(
  core: ApiCore,
  { resource, info }: Call,
  object: ApiObject,
  options: WriteOptions,
): Promise<{ readonly json: Uint8Array; readonly isNew: boolean }> {
  const { namespace, name, subresource } = info;
  const isThere = core.store.get(keyOf(resource, namespace, name)) !== undefined;
  if (isThere || subresource !== '' || resource.strategy.createsOnUpdate !== true) {
    return { json: await changeObject(core, { resource, namespace, name, subresource, change: () => object, ...options }), isNew: false };
  }
  // A client that names a state to replace means an object that is gone.
  if ((object.metadata.resourceVersion ?? '') !== '') throw notFound(resource, name);
  return { json: await createObject(core, { resource, namespace, object, ...options }), isNew: true };
}
