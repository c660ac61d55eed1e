/**
 * Hands each change of the store to all who watch.
 *
 * W1 One listener on the store, however many watch; what a watcher gets is serialised once for all who see it alike.
 * W2 A watcher hears of changes above the resourceVersion it joined at, each once, in order: a change that was read from
 *    the log and is told afterwards is not heard twice.
 * W3 A watcher that throws harms nobody else.
 */
import type { ObjectChange, ObjectStore, StoredObject } from '../../ports/object-store.ts';
import { type ApiObject, parseStored } from '../api-object.ts';

export interface Watcher {
  /** As the store names it. */
  readonly resource: string;
  /** Absent: every namespace. */
  readonly namespace?: string;
  hear(change: SharedChange): void;
}

/** A change with what its watchers have in common; alive for one round of them. */
export interface SharedChange extends ObjectChange {
  /** Parsed when the first watcher asks. */
  readonly parsed: ApiObject;
  readonly parsedPrevious: ApiObject | undefined;
  /** What the first watcher of this form made, for all others. */
  frame(form: string, make: () => Uint8Array): Uint8Array;
}

export class WatchHub {
  readonly #store: ObjectStore;
  readonly #watchers = new Set<{ readonly after: number; readonly watcher: Watcher }>();
  #stop: (() => void) | undefined;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  get size(): number {
    return this.#watchers.size;
  }

  /** From the change after `resourceVersion` on. The caller has read all up to there. Returns the way out. */
  join(watcher: Watcher, resourceVersion: number): () => void {
    this.#stop ??= this.#store.onChange((change) => this.#tell(change));
    const entry = { after: resourceVersion, watcher };
    this.#watchers.add(entry);
    return () => {
      this.#watchers.delete(entry);
    };
  }

  close(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#watchers.clear();
  }

  #tell(change: ObjectChange): void {
    const shared = shareChange(change);
    const { key, resourceVersion } = change.object;
    for (const { after, watcher } of [...this.#watchers]) {
      const isMeant = watcher.resource === key.resource && (watcher.namespace === undefined || watcher.namespace === key.namespace);
      if (isMeant && resourceVersion > after) hearSafely(watcher, shared);
    }
  }
}

function hearSafely(watcher: Watcher, change: SharedChange): void {
  try {
    watcher.hear(change);
  } catch {
    // Its own affair: the others must still hear of it.
  }
}

export function shareChange(change: ObjectChange): SharedChange {
  const frames = new Map<string, Uint8Array>();
  const parsed = once(() => parseStored(change.object.json));
  const parsedPrevious = once(() => parsePrevious(change.previous));
  return {
    ...change,
    get parsed() {
      return parsed();
    },
    get parsedPrevious() {
      return parsedPrevious();
    },
    frame(form, make) {
      const known = frames.get(form);
      if (known !== undefined) return known;
      const made = make();
      frames.set(form, made);
      return made;
    },
  };
}

const parsePrevious = (previous: StoredObject | undefined): ApiObject | undefined =>
  previous === undefined ? undefined : parseStored(previous.json);

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
