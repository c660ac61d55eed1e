/**
 * DELETE of one object: preconditions, grace, finalizers (`registry/rest/delete.go`, `registry/generic/registry/store.go`;
 * lifecycle.md 2.3).
 */

import { apiTime } from '../../model/api-time.ts';
import { hasCode } from '../../ports/hooklet-error.ts';
import type { ObjectKey, StoredObject } from '../../ports/object-store.ts';
import type { UserInfo } from '../access.ts';
import type { ApiCore } from '../api-core.ts';
import { type ApiObject, encodeObject, withMetadata } from '../api-object.ts';
import type { ResourceDescription } from '../resources/resource.ts';
import { conflict, forbidden, MODIFIED, notFound } from '../status-error.ts';
import { keyOf, putOf, readShown, toStored } from './object-key.ts';
import { writeContext } from './write-context.ts';

/** `metav1.DeleteOptions`, as far as it decides something here. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export interface DeleteOrder {
  readonly resource: ResourceDescription;
  readonly namespace: string;
  readonly name: string;
  readonly options: DeleteOptions;
  readonly user: UserInfo;
  readonly dryRun: boolean;
}

export interface Deleted {
  /** The object as it is now, or as it was last. Stored bytes. */
  readonly json: Uint8Array;
  readonly uid: string;
  /** It stays until its grace is over or its finalizers are gone. */
  readonly isPending: boolean;
}

const MAX_TRIES = 10;

export async function deleteObject(core: ApiCore, order: DeleteOrder): Promise<Deleted> {
  const { resource, namespace, name } = order;
  const key = keyOf(resource, namespace, name);
  for (let tries = 1; ; tries += 1) {
    const stored = core.store.get(key);
    if (stored === undefined) throw notFound(resource, name);
    try {
      return await new Deletion(core, order, key).run(stored);
    } catch (error) {
      // With preconditions the next look finds them broken; without, the newest state is what is meant.
      if (!hasCode(error, 'objectConflict')) throw error;
      if (tries >= MAX_TRIES) throw conflict(resource, name, MODIFIED);
    }
  }
}

class Deletion {
  readonly #core: ApiCore;
  readonly #order: DeleteOrder;
  readonly #key: ObjectKey;

  constructor(core: ApiCore, order: DeleteOrder, key: ObjectKey) {
    this.#core = core;
    this.#order = order;
    this.#key = key;
  }

  async run(stored: StoredObject): Promise<Deleted> {
    const { resource, name, options, user } = this.#order;
    const { strategy } = resource;
    const live = readShown(resource, stored);
    requirePreconditions(this.#order, live);
    const refusal = strategy.refuseDelete?.(live);
    if (refusal !== undefined) throw forbidden(resource, name, refusal);
    const context = writeContext(this.#core, user);
    if (strategy.beginDelete !== undefined) {
      const begun = strategy.beginDelete(live, context);
      return begun === 'remove' ? this.#remove(stored, live) : this.#write(stored, begun);
    }
    const plan = planDelete(live, options.gracePeriodSeconds, strategy.grace, context.nowMs);
    if (plan.kind === 'unchanged') return kept(stored);
    const hasFinalizers = (live.metadata.finalizers ?? []).length > 0;
    if (plan.kind === 'now') return hasFinalizers ? this.#write(stored, markedAsDeleted(live, context.nowMs)) : this.#remove(stored, live);
    const written = await this.#write(stored, plan.object);
    // Two steps, so that watchers see the grace become 0 before the object goes.
    if (plan.object.metadata.deletionGracePeriodSeconds !== 0 || hasFinalizers || this.#order.dryRun) return written;
    const next = this.#core.store.get(this.#key);
    return next === undefined ? { ...written, isPending: false } : this.#remove(next, readShown(resource, next));
  }

  async #write(stored: StoredObject, object: ApiObject): Promise<Deleted> {
    const { resource, dryRun } = this.#order;
    const { uid } = stored;
    if (dryRun) return { json: encodeObject(toStored(resource, object)), uid, isPending: true };
    const nowMs = this.#core.clock.now().wallMs;
    const [written] = await this.#core.store.apply([putOf({ resource, key: this.#key, object, expect: stored.resourceVersion, nowMs })]);
    return { json: written?.json ?? stored.json, uid, isPending: true };
  }

  async #remove(stored: StoredObject, object: ApiObject): Promise<Deleted> {
    const { resource, dryRun } = this.#order;
    const { uid } = stored;
    if (dryRun) return { json: stored.json, uid, isPending: false };
    const last = toStored(resource, object);
    const encode = (resourceVersion: number): Uint8Array => encodeObject(last, resourceVersion);
    const [gone] = await this.#core.store.apply([{ kind: 'remove', key: this.#key, expect: stored.resourceVersion, encode }]);
    return { json: gone?.json ?? stored.json, uid, isPending: false };
  }
}

const kept = ({ json, uid }: StoredObject): Deleted => ({ json, uid, isPending: true });

function requirePreconditions({ resource, name, options }: DeleteOrder, { metadata }: ApiObject): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { uid: liveUid = '', resourceVersion: liveVersion = '' } = metadata;
  if (uid !== undefined && uid !== liveUid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${liveUid}). The object might have been deleted and then recreated`;
    throw conflict(resource, name, why);
  }
  if (resourceVersion !== undefined && resourceVersion !== liveVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${liveVersion}). The object might have been modified`;
    throw conflict(resource, name, why);
  }
}

type DeletePlan =
  | { readonly kind: 'now' }
  | { readonly kind: 'unchanged' }
  /** Written as it stands here; gone at once when its grace is 0. */
  | { readonly kind: 'graceful'; readonly object: ApiObject };

type GraceRule = (object: ApiObject, asked: number | undefined) => number;

/** Pure: lifecycle.md 2.3. */
export function planDelete(live: ApiObject, asked: number | undefined, grace: GraceRule | undefined, nowMs: number): DeletePlan {
  if (grace === undefined) return { kind: 'now' };
  const { deletionTimestamp, deletionGracePeriodSeconds: given, generation } = live.metadata;
  if (deletionTimestamp !== undefined) {
    if (given === undefined) return { kind: 'now' };
    return shorten(live, asked !== undefined && asked < 0 ? 1 : asked, nowMs);
  }
  const seconds = grace(live, asked);
  const marks = { deletionTimestamp: apiTime(nowMs + seconds * 1000), deletionGracePeriodSeconds: seconds };
  return { kind: 'graceful', object: withMetadata(live, { ...marks, generation: generation === undefined ? undefined : generation + 1 }) };
}

/** A second delete may only shorten the grace. The moment is counted from the first one. */
function shorten(live: ApiObject, asked: number | undefined, nowMs: number): DeletePlan {
  const { deletionTimestamp = '', deletionGracePeriodSeconds: given = 0 } = live.metadata;
  if (given === 0 && (asked ?? 0) === 0 && (live.metadata.finalizers ?? []).length === 0) return { kind: 'now' };
  if (asked === undefined || asked >= given) return { kind: 'unchanged' };
  const moment = Date.parse(deletionTimestamp) - given * 1000 + asked * 1000;
  const isPast = moment < nowMs;
  const marks = { deletionTimestamp: apiTime(Math.max(moment, nowMs)), deletionGracePeriodSeconds: isPast && asked !== 0 ? 1 : asked };
  return { kind: 'graceful', object: withMetadata(live, marks) };
}

/** Without a grace of its own, but with finalizers: marked, and gone with the last of them. */
const markedAsDeleted = (live: ApiObject, nowMs: number): ApiObject =>
  withMetadata(live, { deletionTimestamp: live.metadata.deletionTimestamp ?? apiTime(nowMs), deletionGracePeriodSeconds: 0 });
