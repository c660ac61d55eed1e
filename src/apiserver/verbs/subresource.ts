import type { ApiCore } from '../api-core.ts';
import type { ApiResponse } from '../api-request.ts';
import { bodyMedia, contentType, readBody } from '../body.ts';
import { decodeObject } from '../decode-object.ts';
import { jsonBytes } from '../present/present-object.ts';
import { readWriteQuery } from '../request-options.ts';
import type { Subresource } from '../resources/resource.ts';
import { respond } from '../respond.ts';
import { badRequest, methodNotAllowed } from '../status-error.ts';
import { type Call, styleOf, viewOf } from './call.ts';
import { callServer } from './call-server.ts';
import { withWarnings } from './create.ts';
import { get } from './get.ts';
import { patch } from './patch.ts';
import { update } from './update.ts';

type ServedHere = Exclude<Subresource, { readonly kind: 'stream' }>;

export function callSubresource(core: ApiCore, call: Call, subresource: ServedHere): ApiResponse | Promise<ApiResponse> {
  const { verb } = call.info;
  if (subresource.kind === 'call') {
    if (verb !== 'create') throw methodNotAllowed();
    return runCall(core, call, subresource);
  }
  if (verb === 'update') return update(core, call);
  if (subresource.kind === 'replace') throw methodNotAllowed();
  if (verb === 'get') return get(core, call);
  if (verb === 'patch') return patch(core, call);
  throw methodNotAllowed();
}

async function runCall(core: ApiCore, call: Call, subresource: Extract<Subresource, { kind: 'call' }>): Promise<ApiResponse> {
  const { request, info, user } = call;
  const view = viewOf(call);
  const { fieldValidation, dryRun } = readWriteQuery(request.query, 'CreateOptions');
  const body = await readBody(request, bodyMedia(contentType(request)), core.schema);
  const expected = { ...subresource.gvk, typeName: subresource.typeName };
  const { object, warnings } = decodeObject(core.schema, body, { expected, validation: fieldValidation });
  const named = object.metadata.name;
  if (named !== '' && named !== info.name)
    throw badRequest(`the name of the object (${named}) does not match the name on the URL (${info.name})`);
  const answer = await subresource.call(object, { namespace: info.namespace, name: info.name, user, dryRun, server: callServer(core) });
  return withWarnings(await respond(201, jsonBytes(answer), styleOf(call, view)), warnings);
}
