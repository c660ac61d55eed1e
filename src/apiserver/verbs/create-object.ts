/** Brings an object into being: named, defaulted, admitted, validated, stored (`registry/rest/create.go`, `registry/generic/registry/store.go`). */

import { apiTime } from '../../model/api-time.ts';
import { hasCode } from '../../ports/hooklet-error.ts';
import type { ObjectWrite } from '../../ports/object-store.ts';
import type { UserInfo } from '../access.ts';
import { requireLivingNamespace } from '../admission/living-namespace.ts';
import { validateObjectMeta } from '../admission/validate-object-meta.ts';
import type { ApiCore } from '../api-core.ts';
import { type ApiObject, encodeObject, withMetadata } from '../api-object.ts';
import type { ResourceDescription, WriteContext } from '../resources/resource.ts';
import { alreadyExists, badRequest, generateNameConflict, invalidObject } from '../status-error.ts';
import { keyOf, putOf, toStored } from './object-key.ts';
import { withOwners } from './with-owners.ts';
import { writeContext } from './write-context.ts';

export interface WriteOptions {
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** Whose fields these become. */
  readonly manager: string;
}

export interface CreateOrder extends WriteOptions {
  readonly resource: ResourceDescription;
  readonly namespace: string;
  readonly object: ApiObject;
  /** Absent: the object's fields become the manager's. An apply has settled that already. */
  readonly isOwned?: boolean;
}

/** Upstream tries as often before it gives up on a generated name. */
const MAX_NAMES = 8;
/** With the random end a name has at most 63 characters. */
const MAX_NAME_BASE = 58;
const RANDOM_LENGTH = 5;

/** Returns the stored bytes. */
export async function createObject(core: ApiCore, order: CreateOrder): Promise<Uint8Array> {
  const { resource, object } = order;
  const isGenerated = (object.metadata.name ?? '') === '' && (object.metadata.generateName ?? '') !== '';
  for (let names = 1; ; names += 1) {
    const context = writeContext(core, order.user);
    const made = prepare(core, order, context);
    try {
      return await store(core, order, made, context);
    } catch (error) {
      if (!hasCode(error, 'objectExists')) throw error;
      if (!isGenerated) throw alreadyExists(resource, made.metadata.name);
      if (names >= MAX_NAMES) throw generateNameConflict(resource, made.metadata.name);
    }
  }
}

function prepare(core: ApiCore, order: CreateOrder, context: WriteContext): ApiObject {
  const { resource, namespace, object: given } = order;
  const { strategy } = resource;
  if ((given.metadata.resourceVersion ?? '') !== '') throw badRequest('resourceVersion should not be set on objects to be created');
  requireLivingNamespace(resource, namespace, given.metadata.name ?? '', context);
  const named = withMetadata(given, {
    name: nameOf(given, context),
    namespace: resource.namespaced ? namespace : undefined,
    uid: core.identifiers.uid(),
    resourceVersion: undefined,
    selfLink: undefined,
    creationTimestamp: apiTime(context.nowMs),
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    generation: strategy.generationOf === undefined ? undefined : 1,
  } as object);
  const defaulted = strategy.defaults?.(named) ?? named;
  const owned = order.isOwned === true ? defaulted : withOwners(core, order, { before: undefined, after: defaulted });
  const made = strategy.prepareForCreate?.(owned, context) ?? owned;
  const findings = [...validateObjectMeta(made, strategy.nameRule), ...(strategy.validate?.(made) ?? [])];
  if (findings.length > 0) throw invalidObject(resource, made.metadata.name, findings);
  return made;
}

function nameOf({ metadata: { name, generateName } }: ApiObject, context: WriteContext): string {
  if ((name ?? '') !== '' || (generateName ?? '') === '') return name ?? '';
  return `${(generateName as string).slice(0, MAX_NAME_BASE)}${context.randomName(RANDOM_LENGTH)}`;
}

async function store(
  core: ApiCore,
  { resource, namespace, dryRun }: CreateOrder,
  object: ApiObject,
  context: WriteContext,
): Promise<Uint8Array> {
  const { nowMs } = context;
  const key = keyOf(resource, namespace, object.metadata.name);
  if (dryRun) {
    if (core.store.get(key) !== undefined) throw alreadyExists(resource, object.metadata.name);
    return encodeObject(toStored(resource, object));
  }
  const companions = (resource.strategy.alsoCreate?.(object, context) ?? []).map(
    ({ resource: storage, object: other }): ObjectWrite => ({
      kind: 'put',
      key: { resource: storage, namespace: other.metadata.namespace ?? '', name: other.metadata.name },
      uid: other.metadata.uid ?? '',
      expect: 'absent',
      encode: (resourceVersion) => encodeObject(other, resourceVersion),
    }),
  );
  const [stored] = await core.store.apply([putOf({ resource, key, object, expect: 'absent', nowMs }), ...companions]);
  if (stored === undefined) throw new Error('The store acknowledged a create without an object');
  return stored.json;
}
