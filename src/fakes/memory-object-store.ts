/**
 * The object store without a disk.
 *
 * 1. Like the real one: calls of one tick are stored in order, each all or none. It settles within microtasks, so that a
 *    test on a manual clock needs no more than one turn of the event loop.
 * 2. The state at a moment is worked out the plain way, by undoing the changes since, newest first.
 */
import { HookletError } from '../ports/hooklet-error.ts';
import type {
  ListOptions,
  ListPage,
  ObjectChange,
  ObjectKey,
  ObjectRange,
  ObjectStore,
  ObjectWrite,
  StoredObject,
} from '../ports/object-store.ts';
import { changeBy, expiryOf, storeExpired } from '../ports/object-store-rules.ts';

interface Held {
  readonly object: StoredObject;
  readonly expiresAtMs?: number | undefined;
}

interface PendingApply {
  readonly writes: readonly ObjectWrite[];
  resolve(objects: readonly StoredObject[]): void;
  reject(error: unknown): void;
}

interface Listener {
  readonly after: number;
  stopped: boolean;
  hear(change: ObjectChange): void;
}

/** What is on its disk. `changes` are those from `oldest` + 1 on, without a gap. */
interface Content {
  readonly objects: Map<string, Held>;
  changes: ObjectChange[];
  oldest: number;
}

/** The same bound as that of the real one. */
const maxWork = 1000;

export class MemoryObjectStore implements ObjectStore {
  readonly #content: Content;
  #pending: PendingApply[] = [];
  #listeners: readonly Listener[] = [];
  #untold: ObjectChange[] = [];
  #telling = false;
  #full = false;
  #closed = false;

  constructor(before?: Content) {
    this.#content = before ?? { objects: new Map(), changes: [], oldest: 0 };
  }

  /** Every write fails while the disk is full. */
  setFull(full: boolean): void {
    this.#full = full;
  }

  /** What the next process finds; this store is dead from then on, and what it had not stored is lost. */
  reopen(): MemoryObjectStore {
    this.#pending = [];
    this.close();
    return new MemoryObjectStore(this.#content);
  }

  get resourceVersion(): number {
    return this.#content.oldest + this.#content.changes.length;
  }

  get oldestResourceVersion(): number {
    return this.#content.oldest;
  }

  get(key: ObjectKey): StoredObject | undefined {
    return this.#content.objects.get(keyText(key))?.object;
  }

  list(range: ObjectRange, { limit = Number.POSITIVE_INFINITY, after, at = this.resourceVersion }: ListOptions = {}): ListPage {
    const moment = Math.min(at, this.resourceVersion);
    const all = this.#objectsAt(moment)
      .filter(({ key }) => isIn(range, key) && (after === undefined || byPlace(after, key) < 0))
      .sort((a, b) => byPlace(a.key, b.key));
    const items = all.slice(0, limit);
    return { items, resourceVersion: moment, more: items.length < all.length, remaining: all.length - items.length };
  }

  count(range: ObjectRange): number {
    return [...this.#content.objects.values()].filter(({ object }) => isIn(range, object.key)).length;
  }

  apply(writes: readonly ObjectWrite[]): Promise<readonly StoredObject[]> {
    if (this.#closed) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      // The end of the tick: whoever applies before it joins this batch.
      if (this.#pending.length === 0) queueMicrotask(() => this.#commitPending());
      this.#pending.push({ writes, resolve, reject });
    });
  }

  changesSince(range: ObjectRange, resourceVersion: number, limit = 1000): readonly ObjectChange[] {
    const { changes, oldest } = this.#reachingBackTo(resourceVersion);
    return changes
      .slice(resourceVersion - oldest)
      .filter(({ object }) => isIn(range, object.key))
      .slice(0, limit);
  }

  onChange(listener: (change: ObjectChange) => void): () => void {
    const entry: Listener = { after: this.resourceVersion, stopped: false, hear: listener };
    this.#listeners = [...this.#listeners, entry];
    return () => {
      entry.stopped = true;
      this.#listeners = this.#listeners.filter((other) => other !== entry);
    };
  }

  compact(keepChanges: number): boolean {
    this.#checkOpen();
    this.#commitPending();
    const tooMany = Math.max(0, this.#content.changes.length - keepChanges);
    if (tooMany === 0) return false;
    this.#checkDisk();
    const dropped = Math.min(tooMany, maxWork);
    this.#content.changes = this.#content.changes.slice(dropped);
    this.#content.oldest += dropped;
    return dropped < tooMany;
  }

  expire(nowMs: number): boolean {
    this.#checkOpen();
    this.#commitPending();
    const expired = [...this.#content.objects.values()].filter(({ expiresAtMs = nowMs }) => expiresAtMs < nowMs);
    if (expired.length === 0) return false;
    this.#checkDisk();
    const oldestFirst = expired.sort(
      (a, b) => (a.expiresAtMs ?? 0) - (b.expiresAtMs ?? 0) || a.object.resourceVersion - b.object.resourceVersion,
    );
    for (const { object } of oldestFirst.slice(0, maxWork)) this.#applyAll([expiryOf(object)]);
    this.#tell();
    return expired.length > maxWork;
  }

  close(): void {
    if (this.#closed) return;
    this.#commitPending();
    this.#closed = true;
    for (const listener of this.#listeners) listener.stopped = true;
    this.#listeners = [];
  }

  #objectsAt(moment: number): StoredObject[] {
    const objects = new Map(this.#content.objects);
    const { changes, oldest } = this.#reachingBackTo(moment);
    for (const { object, previous } of changes.slice(moment - oldest).reverse()) {
      if (previous === undefined) objects.delete(keyText(object.key));
      else objects.set(keyText(object.key), { object: previous });
    }
    return [...objects.values()].map(({ object }) => object);
  }

  #reachingBackTo(resourceVersion: number): Content {
    if (resourceVersion < this.#content.oldest) throw storeExpired(resourceVersion, this.#content.oldest);
    return this.#content;
  }

  #commitPending(): void {
    const batch = this.#pending;
    this.#pending = [];
    for (const { writes, resolve, reject } of batch) {
      try {
        this.#checkDisk();
        resolve(this.#applyAll(writes));
      } catch (error) {
        reject(error);
      }
    }
    this.#tell();
  }

  #checkOpen(): void {
    if (this.#closed) throw closed();
  }

  #checkDisk(): void {
    if (this.#full)
      throw new HookletError('storeUnwritable', 'writing the object store in memory failed: its disk is full', { retry: 'later' });
  }

  #applyAll(writes: readonly ObjectWrite[]): readonly StoredObject[] {
    // What this call made of an object, until it is certain that all of the call is stored.
    const made = new Map<string, Held | undefined>();
    const changes: ObjectChange[] = [];
    for (const write of writes) {
      const text = keyText(write.key);
      const before = made.has(text) ? made.get(text) : this.#content.objects.get(text);
      const change = changeBy(write, before?.object, this.resourceVersion + changes.length + 1);
      changes.push(change);
      made.set(text, write.kind === 'put' ? { object: change.object, expiresAtMs: write.expiresAtMs } : undefined);
    }
    for (const [text, held] of made) {
      if (held === undefined) this.#content.objects.delete(text);
      else this.#content.objects.set(text, held);
    }
    for (const change of changes) {
      this.#content.changes.push(change);
      this.#untold.push(change);
    }
    return changes.map(({ object }) => object);
  }

  /** A listener may change the store: what comes of it is told after everything before it. */
  #tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    for (const change of this.#untold) {
      for (const listener of this.#listeners) {
        if (change.object.resourceVersion > listener.after && !listener.stopped) hearSafely(listener, change);
      }
    }
    this.#untold = [];
    this.#telling = false;
  }
}

const closed = (): HookletError => new HookletError('storeUnwritable', 'the object store in memory is closed');

function hearSafely(listener: Listener, change: ObjectChange): void {
  try {
    listener.hear(change);
  } catch {
    // Its own affair, as with the real store.
  }
}

const keyText = ({ resource, namespace, name }: ObjectKey): string => JSON.stringify([resource, namespace, name]);

const isIn = (range: ObjectRange, key: ObjectKey): boolean =>
  key.resource === range.resource && (range.namespace === undefined || key.namespace === range.namespace);

type Place = Pick<ObjectKey, 'namespace' | 'name'>;
const byPlace = (a: Place, b: Place): number => byBytes(a.namespace, b.namespace) || byBytes(a.name, b.name);
const byBytes = (a: string, b: string): number => (a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b)));
