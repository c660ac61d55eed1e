/** Which objects: a resource is `<group>/<plural>`, or `<plural>` alone in the core group (`pods`, `coordination.k8s.io/leases`). */
export interface ObjectRange {
  readonly resource: string;
  /** Absent: every namespace. */
  readonly namespace?: string;
}

export interface ObjectKey {
  readonly resource: string;
  /** Empty for an object that lies in no namespace. */
  readonly namespace: string;
  readonly name: string;
}

/** An object as it was written at one moment. `json` is what every reader and watcher gets, serialised once. */
export interface StoredObject {
  readonly key: ObjectKey;
  readonly uid: string;
  /** Of the write that made it so: one row of numbers for all objects of the store, growing by one a change, never reused. */
  readonly resourceVersion: number;
  /** UTF-8 JSON; `metadata.resourceVersion` in it is the number above. */
  readonly json: Uint8Array;
}

/**
 * One write of a transaction. `encode` is called at most once, when nothing speaks against the write any more, with the
 * resourceVersion that it gets. It must not call the store, and its bytes must not be changed afterwards.
 */
export type ObjectWrite =
  | {
      readonly kind: 'put';
      readonly key: ObjectKey;
      readonly uid: string;
      /** `absent`: the object must not exist. A number: it must exist and be at this resourceVersion. */
      readonly expect: 'absent' | number;
      readonly encode: (resourceVersion: number) => Uint8Array;
      /** Milliseconds since the epoch after which `expire` removes it; absent: never. Every put says it anew. */
      readonly expiresAtMs?: number;
    }
  | {
      readonly kind: 'remove';
      readonly key: ObjectKey;
      readonly expect: number;
      /** The object's last state, as watchers see it in DELETED. */
      readonly encode: (resourceVersion: number) => Uint8Array;
    };

/** One line of the change log. */
export interface ObjectChange {
  readonly kind: 'added' | 'modified' | 'deleted';
  readonly object: StoredObject;
  /** The state before; absent for `added`. A watch with a selector needs it: what no longer matches is DELETED for it. */
  readonly previous?: StoredObject;
}

export interface ListPage {
  readonly items: readonly StoredObject[];
  /** The moment the page shows: every change up to this number, none after. The `at` of the pages that follow. */
  readonly resourceVersion: number;
  /** More follow after the last item. */
  readonly more: boolean;
  /** How many follow after the last item. */
  readonly remaining: number;
}

export interface ListOptions {
  /** Absent: all. */
  readonly limit?: number;
  /** Go on after this object, in the order namespace, name (as UTF-8 bytes). It need not exist any more. */
  readonly after?: Pick<ObjectKey, 'namespace' | 'name'>;
  /** Show the state at this moment, not the newest, which a moment to come is too. Throws `storeExpired` when it was compacted away. */
  readonly at?: number;
}

/**
 * The objects of the embedded API with the log of their changes. Adapter: `sqlite/sqlite-object-store.ts`; fake:
 * `fakes/memory-object-store.ts`.
 *
 * O1 `apply` is all or none, and durable before it resolves. What was acknowledged survives kill -9.
 * O2 Listeners get every change exactly once, in the order of resourceVersion, after it is durable; so does
 *    `changesSince`, and both together leave no gap.
 * O3 Errors are `HookletError`s: `objectExists`, `objectConflict` (`expect` does not hold, or the object is gone),
 *    `storeExpired` (the change log does not reach back so far), `storeUnwritable` (disk full, IO error, closed: nothing was
 *    stored), `hostLacks` (it cannot be read).
 */
export interface ObjectStore {
  /** Of the newest change; 0 in a new store. */
  readonly resourceVersion: number;
  get(key: ObjectKey): StoredObject | undefined;
  list(range: ObjectRange, options?: ListOptions): ListPage;
  /** How many objects there are in the range. */
  count(range: ObjectRange): number;
  /**
   * Calls of one tick share one transaction and keep their order; one that fails does not take others with it. Resolves
   * with the new states, in the order of the writes. What `encode` throws rejects its own call.
   */
  apply(writes: readonly ObjectWrite[]): Promise<readonly StoredObject[]>;
  /**
   * Changes of the range after `resourceVersion`, oldest first, at most `limit` (default 1000); fewer than `limit` are all
   * there are. Throws `storeExpired`.
   */
  changesSince(range: ObjectRange, resourceVersion: number, limit?: number): readonly ObjectChange[];
  /**
   * Called for every change of any resource right after it became durable: for those after `resourceVersion` as it is now,
   * until the returned function is called. A listener that throws harms nobody.
   */
  onChange(listener: (change: ObjectChange) => void): () => void;
  /** Forgets changes older than the newest `keepChanges`; the objects stay. Bounded work a call. True: there is more to do. */
  compact(keepChanges: number): boolean;
  /** The oldest resourceVersion from which a watch may start: `changesSince` and `at` reach back to it. 0 in a new store. */
  readonly oldestResourceVersion: number;
  /** Removes, without telling it as more than a `deleted` change each, what expired before `nowMs`. Bounded work a call. True: there is more to do. */
  expire(nowMs: number): boolean;
  /** What was applied before the call becomes durable; later calls are refused. */
  close(): void;
}
