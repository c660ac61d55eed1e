/** POST of an object (`apiserver/pkg/endpoints/handlers/create.go`). */
import type { ApiCore } from '../api-core.ts';
import { type ApiObject, withMetadata } from '../api-object.ts';
import type { ApiResponse } from '../api-request.ts';
import { bodyMedia, contentType, readBody } from '../body.ts';
import { decodeObject } from '../decode-object.ts';
import { jsonBytes, presentObject } from '../present/present-object.ts';
import { managerOf, readWriteQuery } from '../request-options.ts';
import { respond, warningHeaders } from '../respond.ts';
import { badRequest, methodNotAllowed } from '../status-error.ts';
import { type Call, styleOf, viewOf } from './call.ts';
import { callServer } from './call-server.ts';
import { createObject } from './create-object.ts';

export async function create(core: ApiCore, call: Call): Promise<ApiResponse> {
  const { request, resource, info, user } = call;
  if (resource.namespaced && info.namespace === '') throw methodNotAllowed();
  const view = viewOf(call);
  const query = readWriteQuery(request.query, 'CreateOptions');
  const body = await readBody(request, bodyMedia(contentType(request)), core.schema);
  const { object: given, warnings } = decodeObject(core.schema, body, { expected: resource, validation: query.fieldValidation });
  const object = inNamespace(given, resource.namespaced ? info.namespace : '');
  if (resource.call !== undefined) {
    const { dryRun } = query;
    const answer = await resource.call(object, { namespace: info.namespace, name: '', user, dryRun, server: callServer(core) });
    return respond(201, jsonBytes(answer), styleOf(call, view));
  }
  const manager = managerOf(query.fieldManager, request.headers['user-agent']);
  const json = await createObject(core, { resource, namespace: info.namespace, object, user, dryRun: query.dryRun, manager });
  const response = await respond(201, presentObject(view, json), styleOf(call, view));
  return withWarnings(response, [...warnings, ...(resource.strategy.warnings?.(object) ?? [])]);
}

export const withWarnings = (response: ApiResponse, warnings: readonly string[]): ApiResponse =>
  warnings.length === 0 ? response : { ...response, headers: { ...response.headers, ...warningHeaders(warnings) } };

/** The namespace of the path is the one that counts; the object may leave it out. */
export function inNamespace(object: ApiObject, namespace: string): ApiObject {
  const given = object.metadata.namespace ?? '';
  if (given === namespace) return object;
  if (given !== '' && namespace !== '') {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return withMetadata(object, { namespace: namespace === '' ? undefined : namespace });
}
