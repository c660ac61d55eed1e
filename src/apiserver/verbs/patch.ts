/** PATCH of an object or a part of it (`apiserver/pkg/endpoints/handlers/patch.go`). */

import type { Fields } from '../../model/json-fields.ts';
import type { ApiCore } from '../api-core.ts';
import type { ApiObject } from '../api-object.ts';
import type { ApiResponse } from '../api-request.ts';
import { type Body, contentType, readBody } from '../body.ts';
import { decodeValue } from '../decode-object.ts';
import { applyJsonPatch } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../patch/strategic-merge-patch.ts';
import { presentObject } from '../present/present-object.ts';
import { managerOf, readWriteQuery, type WriteQuery } from '../request-options.ts';
import { respond } from '../respond.ts';
import { validatePatchText } from '../schema/validate-fields.ts';
import { badRequest, unsupportedMediaType } from '../status-error.ts';
import { applyVerb } from './apply.ts';
import { type Call, styleOf, viewOf } from './call.ts';
import { changeObject } from './change-object.ts';
import { withWarnings } from './create.ts';

export const APPLY_TYPE = 'application/apply-patch+yaml';

type PatchFunction = (live: Fields, patch: unknown, core: ApiCore, typeName: string) => Fields;

const PATCHES: Readonly<Record<string, PatchFunction>> = {
  'application/json-patch+json': (live, patch) => applyJsonPatch(live, patch),
  'application/merge-patch+json': (live, patch) => applyMergePatch(live, patch),
  'application/strategic-merge-patch+json': (live, patch, { schema }, typeName) =>
    // Unknown fields are dealt with when the result is decoded, once for all patches.
    applyStrategicMergePatch({ schema, typeName, object: live, patch }).object,
};

export async function patch(core: ApiCore, call: Call): Promise<ApiResponse> {
  const { request, resource, info, user } = call;
  const type = contentType(request);
  const isApply = type === APPLY_TYPE;
  const apply = PATCHES[type];
  if (apply === undefined && !isApply) throw unsupportedMediaType([...Object.keys(PATCHES), APPLY_TYPE]);
  const query = readWriteQuery(request.query, 'PatchOptions');
  const body = await readBody(request, isApply ? 'application/yaml' : 'application/json', core.schema);
  if (body === undefined) throw badRequest('the body of the request is empty: a patch is expected');
  if (apply === undefined) return applyVerb(core, call, { query, body });
  if (query.force !== undefined)
    throw badRequest('PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch');
  const view = viewOf(call);
  const patcher = new Patcher(core, call, { query, body, apply });
  const { namespace, name, subresource } = info;
  const manager = managerOf(query.fieldManager, request.headers['user-agent']);
  const change = (live: ApiObject): ApiObject => patcher.patch(live);
  const json = await changeObject(core, { resource, namespace, name, subresource, user, dryRun: query.dryRun, manager, change });
  return withWarnings(await respond(200, presentObject(view, json), styleOf(call, view)), patcher.warnings);
}

interface PatchOrder {
  readonly query: WriteQuery;
  readonly body: Body;
  readonly apply: PatchFunction;
}

/** Runs once for each state of the object that is met. */
class Patcher {
  readonly #core: ApiCore;
  readonly #call: Call;
  readonly #order: PatchOrder;
  warnings: readonly string[] = [];

  constructor(core: ApiCore, call: Call, order: PatchOrder) {
    this.#core = core;
    this.#call = call;
    this.#order = order;
  }

  patch(live: ApiObject): ApiObject {
    const { resource, info } = this.#call;
    const { query, body, apply } = this.#order;
    const patched = apply(live, body.value, this.#core, resource.typeName);
    const { schema } = this.#core;
    const twice = validatePatchText(body.text, query.fieldValidation, schema);
    const { object, warnings } = decodeValue(schema, { value: patched }, { expected: resource, validation: query.fieldValidation });
    this.warnings = [...twice, ...warnings, ...(resource.strategy.warnings?.(object) ?? [])];
    requireSameName(object, live, info.name);
    return object;
  }
}

function requireSameName(object: ApiObject, live: ApiObject, onPath: string): void {
  const { name, namespace = '' } = object.metadata;
  if (name !== onPath) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${onPath})`);
  const expected = live.metadata.namespace ?? '';
  if (namespace !== '' && namespace !== expected) {
    throw badRequest(`the namespace of the object (${namespace}) does not match the namespace on the request (${expected})`);
  }
}
