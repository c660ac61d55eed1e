/**
 * Reads an object, changes it and writes it back until nobody came between (`registry/generic/registry/store.go` Update):
 * PUT, PATCH and what calls on an object do, all by this one way.
 */
import { hasCode } from '../../ports/hooklet-error.ts';
import type { ObjectKey, StoredObject } from '../../ports/object-store.ts';
import { validateMetaUpdate, validateObjectMeta } from '../admission/validate-object-meta.ts';
import type { ApiCore } from '../api-core.ts';
import { type ApiObject, encodeObject, sameJson, withMetadata } from '../api-object.ts';
import type { ResourceDescription } from '../resources/resource.ts';
import { conflict, invalidObject, MODIFIED, notFound } from '../status-error.ts';
import type { WriteOptions } from './create-object.ts';
import { keyOf, putOf, readShown, toStored } from './object-key.ts';
import { withOwners } from './with-owners.ts';

export interface ChangeOrder extends WriteOptions {
  readonly resource: ResourceDescription;
  readonly namespace: string;
  readonly name: string;
  /** Empty: the object itself. */
  readonly subresource: string;
  /** The fields were settled by an apply. */
  readonly isOwned?: boolean;
  /** Called anew for each state met; a resourceVersion in what it returns must be that of `live`. Throws StatusErrors. */
  readonly change: (live: ApiObject) => ApiObject;
}

/** Upstream's patches try five times; more harms nobody, as each try means that somebody else got on. */
const MAX_TRIES = 10;

/** Returns the stored bytes. */
export async function changeObject(core: ApiCore, order: ChangeOrder): Promise<Uint8Array> {
  const { resource, namespace, name } = order;
  const key = keyOf(resource, namespace, name);
  for (let tries = 1; ; tries += 1) {
    const stored = core.store.get(key);
    if (stored === undefined) throw notFound(resource, name);
    const live = readShown(resource, stored);
    const next = prepare(core, order, live);
    try {
      return await store(core, order, { key, stored, live, next });
    } catch (error) {
      if (!hasCode(error, 'objectConflict')) throw error;
      if (tries >= MAX_TRIES) throw conflict(resource, name, MODIFIED);
    }
  }
}

function prepare(core: ApiCore, order: ChangeOrder, live: ApiObject): ApiObject {
  const { resource, name, subresource } = order;
  const { strategy } = resource;
  const given = order.change(live);
  requireSameState(order, given, live);
  const kept = keepMetadata(strategy.defaults?.(given) ?? given, live);
  const prepared = strategy.prepareForUpdate?.(kept, live, subresource) ?? kept;
  const counted = subresource === '' ? countGeneration(prepared, live, strategy.generationOf) : prepared;
  const next = order.isOwned === true ? counted : withOwners(core, order, { before: live, after: counted });
  const findings = [
    ...validateObjectMeta(next, strategy.nameRule),
    ...validateMetaUpdate(next, live),
    ...(strategy.validateUpdate?.(next, live, subresource) ?? strategy.validate?.(next) ?? []),
  ];
  if (findings.length > 0) throw invalidObject(resource, name, findings);
  return next;
}

function requireSameState({ resource, name }: ChangeOrder, given: ApiObject, live: ApiObject): void {
  const { uid = '', resourceVersion = '' } = given.metadata;
  if (uid !== '' && uid !== live.metadata.uid) {
    throw conflict(resource, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid ?? ''}`);
  }
  if (resourceVersion !== '' && resourceVersion !== live.metadata.resourceVersion) throw conflict(resource, name, MODIFIED);
  if (resourceVersion !== '' || resource.strategy.updateNeedsVersion !== true) return;
  const message = 'Invalid value: 0x0: must be specified for an update';
  throw invalidObject(resource, name, [{ path: ['metadata', 'resourceVersion'], message }]);
}

/** What no client changes. */
function keepMetadata(next: ApiObject, { metadata: live }: ApiObject): ApiObject {
  return withMetadata(next, {
    name: live.name,
    namespace: live.namespace,
    uid: live.uid,
    resourceVersion: live.resourceVersion,
    generation: live.generation,
    generateName: next.metadata.generateName ?? live.generateName,
    creationTimestamp: live.creationTimestamp,
    deletionTimestamp: live.deletionTimestamp,
    deletionGracePeriodSeconds: live.deletionGracePeriodSeconds,
  });
}

function countGeneration(next: ApiObject, live: ApiObject, field: string | undefined): ApiObject {
  if (field === undefined || sameJson(next[field], live[field])) return next;
  return withMetadata(next, { generation: (live.metadata.generation ?? 0) + 1 });
}

interface Change {
  readonly key: ObjectKey;
  readonly stored: StoredObject;
  readonly live: ApiObject;
  readonly next: ApiObject;
}

async function store(core: ApiCore, { resource, dryRun }: ChangeOrder, { key, stored, live, next }: Change): Promise<Uint8Array> {
  // No write, no event: a controller that says the same again wakes nobody.
  if (sameJson(next, live)) return stored.json;
  const object = toStored(resource, next);
  if (dryRun) return encodeObject(object);
  if (isDone(resource, next)) {
    const encode = (resourceVersion: number): Uint8Array => encodeObject(object, resourceVersion);
    const [gone] = await core.store.apply([{ kind: 'remove', key, expect: stored.resourceVersion, encode }]);
    return gone?.json ?? stored.json;
  }
  const nowMs = core.clock.now().wallMs;
  const [written] = await core.store.apply([putOf({ resource, key, object: next, expect: stored.resourceVersion, nowMs })]);
  return written?.json ?? stored.json;
}

/** The last finalizer went, and the grace was over before. */
function isDone({ strategy }: ResourceDescription, { metadata, ...rest }: ApiObject): boolean {
  const isMarked = metadata.deletionTimestamp !== undefined && (metadata.deletionGracePeriodSeconds ?? 0) === 0;
  if (!isMarked || (metadata.finalizers ?? []).length > 0) return false;
  return strategy.mayGo?.({ metadata, ...rest } as ApiObject) ?? true;
}
