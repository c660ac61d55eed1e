/** PATCH with what an applier wants the object to say: server-side apply (`endpoints/handlers/patch.go` applyPatcher). */

import { forbidden as forbiddenText, required } from '../../model/field-error.ts';
import { type Fields, fieldsOf, isFields, textOf } from '../../model/json-fields.ts';
import type { ApiCore } from '../api-core.ts';
import type { ApiObject } from '../api-object.ts';
import type { ApiResponse } from '../api-request.ts';
import type { Body } from '../body.ts';
import { decodeObject, decodeValue } from '../decode-object.ts';
import { applyConflictError } from '../patch/apply-conflict.ts';
import { applyServerSide } from '../patch/server-side-apply.ts';
import { presentObject } from '../present/present-object.ts';
import type { WriteQuery } from '../request-options.ts';
import { respond } from '../respond.ts';
import { badRequest, conflict, forbidden, invalidObject, notFound, StatusError } from '../status-error.ts';
import { type Call, styleOf, viewOf } from './call.ts';
import { changeObject } from './change-object.ts';
import { inNamespace, withWarnings } from './create.ts';
import { createObject } from './create-object.ts';
import { keyOf } from './object-key.ts';
import { trackingOf } from './with-owners.ts';

export interface ApplyOrder {
  readonly query: WriteQuery;
  readonly body: Body;
}

/** Between looking and creating somebody else may have created it, and the other way round. */
const MAX_TRIES = 5;

export async function applyVerb(core: ApiCore, call: Call, order: ApplyOrder): Promise<ApiResponse> {
  const view = viewOf(call);
  const applier = new Applier(core, call, order);
  for (let tries = 1; ; tries += 1) {
    try {
      const { json, isNew } = await applier.apply();
      return withWarnings(await respond(isNew ? 201 : 200, presentObject(view, json), styleOf(call, view)), applier.warnings);
    } catch (error) {
      const isRace = error instanceof StatusError && (error.status.reason === 'AlreadyExists' || error.status.reason === 'NotFound');
      if (!isRace || tries >= MAX_TRIES || !applier.mayRetry) throw error;
    }
  }
}

class Applier {
  readonly #core: ApiCore;
  readonly #call: Call;
  readonly #order: ApplyOrder;
  readonly #applied: Fields;
  warnings: readonly string[] = [];
  /** False once the object's absence is final: a part of an object is not created by applying it. */
  mayRetry: boolean;

  constructor(core: ApiCore, call: Call, order: ApplyOrder) {
    this.#core = core;
    this.#call = call;
    this.#order = order;
    this.mayRetry = call.info.subresource === '';
    this.#applied = this.#readApplied();
  }

  async apply(): Promise<{ readonly json: Uint8Array; readonly isNew: boolean }> {
    const core = this.#core;
    const { resource, info, user } = this.#call;
    const { namespace, name, subresource } = info;
    const { dryRun, fieldManager: manager } = this.#order.query;
    const options = { resource, namespace, user, dryRun, manager, isOwned: true };
    if (core.store.get(keyOf(resource, namespace, name)) !== undefined) {
      const change = (live: ApiObject): ApiObject => this.#merge(live);
      return { json: await changeObject(core, { ...options, name, subresource, change }), isNew: false };
    }
    if (subresource !== '') throw notFound(resource, name);
    const uid = textOf(this.#applied['metadata'], 'uid');
    if (uid !== '')
      throw conflict(resource, name, `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`);
    await this.#requireCreate();
    return { json: await createObject(core, { ...options, object: this.#merge(undefined) }), isNew: true };
  }

  #readApplied(): Fields {
    const { query, body } = this.#order;
    const { resource, info } = this.#call;
    if (query.fieldManager === '') {
      const message = required('is required for apply patch');
      throw invalidObject({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [{ path: ['fieldManager'], message }]);
    }
    if (!isFields(body.value)) throw badRequest('error decoding YAML: what is applied must be an object');
    const { object, warnings } = decodeObject(this.#core.schema, body, { expected: resource, validation: query.fieldValidation });
    this.warnings = [...warnings, ...(resource.strategy.warnings?.(object) ?? [])];
    const { name } = object.metadata;
    if (name !== '' && name !== info.name) {
      throw badRequest(`the name of the object (${name}) does not match the name on the URL (${info.name})`);
    }
    const { namespace } = inNamespace(object, resource.namespaced ? info.namespace : '').metadata;
    // As it was sent: what is null, or of no known field, is the apply's to judge.
    const metadata = { ...fieldsOf(body.value, 'metadata'), name: info.name, ...(namespace === undefined ? {} : { namespace }) };
    return { ...body.value, apiVersion: object.apiVersion, kind: object.kind, metadata };
  }

  #merge(live: ApiObject | undefined): ApiObject {
    const { resource, info } = this.#call;
    const { query } = this.#order;
    const writer = { resource, manager: query.fieldManager, subresource: info.subresource };
    const tracking = trackingOf(this.#core, writer, this.#applied as ApiObject);
    const outcome = applyServerSide({ ...tracking, kind: resource.kind, live, applied: this.#applied, force: query.force === true });
    if ('conflicts' in outcome) throw applyConflictError(outcome.conflicts);
    return decodeValue(this.#core.schema, { value: outcome.object }, { expected: resource, validation: 'Ignore' }).object;
  }

  /** Who may patch may not yet create. */
  async #requireCreate(): Promise<void> {
    const { info, user, resource } = this.#call;
    const { group, version, namespace, name } = info;
    const attributes = { group, version, resource: info.resource, subresource: '', namespace, name };
    const { allowed } = await this.#core.authorizer.authorize({ kind: 'resource', user, verb: 'create', ...attributes });
    if (!allowed) throw forbidden(resource, name, forbiddenText('the apply would create it'));
  }
}
