/**
 * What an object store is, without a thought of how: the whole state at every moment, one after the other. Slow, and plain
 * enough to be believed.
 */
import type { ListPage, ObjectChange, ObjectKey, ObjectRange, ObjectWrite, StoredObject } from './object-store.ts';

interface Held {
  readonly object: StoredObject;
  readonly expiresAtMs: number | undefined;
}

type State = ReadonlyMap<string, Held>;
type Refused = 'objectExists' | 'objectConflict';

const textOf = ({ resource, namespace, name }: ObjectKey): string => `${resource} ${namespace} ${name}`;
const isIn = ({ key }: StoredObject, { resource, namespace = key.namespace }: ObjectRange): boolean =>
  key.resource === resource && key.namespace === namespace;

export class ObjectStoreModel {
  /** The index is the resourceVersion. */
  #states: State[] = [new Map()];
  readonly changes: ObjectChange[] = [];
  oldest = 0;

  get newest(): number {
    return this.#states.length - 1;
  }

  /** Where an object is now; 0 when there is none. */
  versionOf(key: ObjectKey): number {
    return this.#states.at(-1)?.get(textOf(key))?.object.resourceVersion ?? 0;
  }

  apply(writes: readonly ObjectWrite[]): readonly StoredObject[] | Refused {
    const [states, changes] = [[...this.#states], [...this.changes]];
    const objects: StoredObject[] = [];
    for (const write of writes) {
      const refused = this.#applyOne(write, objects);
      if (refused === undefined) continue;
      this.#states = states;
      this.changes.splice(changes.length);
      return refused;
    }
    return objects;
  }

  expire(nowMs: number): void {
    const expired = [...(this.#states.at(-1) ?? [])].filter(([, { expiresAtMs }]) => expiresAtMs !== undefined && expiresAtMs < nowMs);
    const order = ([, { expiresAtMs = 0, object }]: [string, Held]): number => expiresAtMs * 1e6 + object.resourceVersion;
    for (const [, { object }] of expired.sort((a, b) => order(a) - order(b))) {
      const json = new TextDecoder().decode(object.json).replace(/"resourceVersion":"\d+"/, `"resourceVersion":"${this.newest + 1}"`);
      const encode = (): Uint8Array => new TextEncoder().encode(json);
      this.apply([{ kind: 'remove', key: object.key, expect: object.resourceVersion, encode }]);
    }
  }

  compact(keepChanges: number): void {
    this.oldest = Math.max(this.oldest, this.newest - keepChanges);
  }

  list(range: ObjectRange, at: number, after: Pick<ObjectKey, 'namespace' | 'name'> | undefined, limit: number): ListPage | 'storeExpired' {
    if (at < this.oldest) return 'storeExpired';
    const resourceVersion = Math.min(at, this.newest);
    const place = ({ namespace, name }: Pick<ObjectKey, 'namespace' | 'name'>): string => `${namespace} ${name}`;
    const all = [...(this.#states[resourceVersion] ?? [])]
      .map(([, { object }]) => object)
      .filter((object) => isIn(object, range) && (after === undefined || place(object.key) > place(after)))
      .sort((a, b) => (place(a.key) < place(b.key) ? -1 : 1));
    return { items: all.slice(0, limit), resourceVersion, more: all.length > limit, remaining: Math.max(0, all.length - limit) };
  }

  changesSince(range: ObjectRange, resourceVersion: number, limit: number): readonly ObjectChange[] | 'storeExpired' {
    if (resourceVersion < this.oldest) return 'storeExpired';
    return this.changes.filter(({ object }) => object.resourceVersion > resourceVersion && isIn(object, range)).slice(0, limit);
  }

  #applyOne(write: ObjectWrite, objects: StoredObject[]): Refused | undefined {
    const state = new Map(this.#states.at(-1));
    const before = state.get(textOf(write.key))?.object;
    if (write.expect === 'absent' ? before !== undefined : before?.resourceVersion !== write.expect) {
      return write.expect === 'absent' ? 'objectExists' : 'objectConflict';
    }
    const resourceVersion = this.newest + 1;
    const uid = write.kind === 'put' ? write.uid : String(before?.uid);
    const object = { key: write.key, uid, resourceVersion, json: write.encode(resourceVersion) };
    if (write.kind === 'remove') state.delete(textOf(write.key));
    else state.set(textOf(write.key), { object, expiresAtMs: write.expiresAtMs });
    const kind = write.kind === 'remove' ? 'deleted' : before === undefined ? 'added' : 'modified';
    this.#states.push(state);
    this.changes.push({ kind, object, ...(before === undefined ? {} : { previous: before }) });
    objects.push(object);
    return undefined;
  }
}
