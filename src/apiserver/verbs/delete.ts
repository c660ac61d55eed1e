/** DELETE of an object (`apiserver/pkg/endpoints/handlers/delete.go`). */

import { unsupported } from '../../model/field-error.ts';
import { type Fields, isFields } from '../../model/json-fields.ts';
import type { ApiCore } from '../api-core.ts';
import type { ApiResponse } from '../api-request.ts';
import { bodyMedia, contentType, readBody } from '../body.ts';
import { presentObject } from '../present/present-object.ts';
import { numberOf, readWriteQuery } from '../request-options.ts';
import type { ResourceDescription } from '../resources/resource.ts';
import { respond, respondStatus } from '../respond.ts';
import { badRequest, invalidObject, type Status } from '../status-error.ts';
import { type Call, styleOf, viewOf } from './call.ts';
import { type DeleteOptions, deleteObject } from './delete-object.ts';

export async function deleteVerb(core: ApiCore, call: Call): Promise<ApiResponse> {
  const { resource, info, user } = call;
  const view = viewOf(call);
  const { options, dryRun } = await readDeleteOptions(core, call);
  const { namespace, name } = info;
  const { json, uid, isPending } = await deleteObject(core, { resource, namespace, name, options, user, dryRun });
  if (isPending || resource.strategy.answersDeleted === true) return respond(200, presentObject(view, json), styleOf(call, view));
  return respondStatus(deletedStatus(resource, name, uid));
}

const deletedStatus = ({ group, plural }: ResourceDescription, name: string, uid: string): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  details: { name, ...(group === '' ? {} : { group }), kind: plural, uid },
});

export interface DeleteRequest {
  readonly options: DeleteOptions;
  readonly dryRun: boolean;
}

const POLICIES: readonly string[] = ['Orphan', 'Background', 'Foreground'];

/** From the body if there is one, else from the query: never both. */
export async function readDeleteOptions(core: ApiCore, { request }: Call): Promise<DeleteRequest> {
  const body = await readBody(request, bodyMedia(contentType(request)), core.schema);
  const { dryRun } = readWriteQuery(request.query, 'DeleteOptions');
  if (body === undefined) {
    const grace = numberOf(request.query, 'gracePeriodSeconds');
    requirePolicy(request.query.get('propagationPolicy') ?? '');
    return { options: grace === undefined ? {} : { gracePeriodSeconds: grace }, dryRun };
  }
  if (!isFields(body.value)) throw badRequest('the body of a DELETE must be DeleteOptions');
  requirePolicy(body.value['propagationPolicy']);
  const isDry = dryRun || readDryRun(body.value['dryRun']);
  return { options: readOptions(body.value), dryRun: isDry };
}

/** Nothing here owns other objects: whatever is asked for, it is done when the object is gone. */
function requirePolicy(policy: unknown): void {
  if (policy === undefined || policy === null || policy === '' || POLICIES.includes(policy as string)) return;
  const message = unsupported(policy, [...POLICIES, 'nil']);
  throw invalidObject({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [{ path: ['propagationPolicy'], message }]);
}

function readDryRun(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value) && value.every((one) => one === 'All')) return value.length > 0;
  const message = unsupported(Array.isArray(value) ? value.find((one) => one !== 'All') : value, ['All']);
  throw invalidObject({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [{ path: ['dryRun'], message }]);
}

export function readOptions(given: Fields): DeleteOptions {
  const { gracePeriodSeconds: grace } = given;
  if (grace !== undefined && grace !== null && !Number.isSafeInteger(grace)) throw badRequest('gracePeriodSeconds must be a whole number');
  const preconditions = isFields(given['preconditions']) ? given['preconditions'] : {};
  const { uid, resourceVersion } = preconditions;
  return {
    ...(typeof grace === 'number' ? { gracePeriodSeconds: grace } : {}),
    preconditions: {
      ...(typeof uid === 'string' ? { uid } : {}),
      ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
    },
  };
}
