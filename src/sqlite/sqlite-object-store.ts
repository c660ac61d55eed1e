/**
 * Owns the database file of the objects and the order in which changes get into it. Does not own the right to be the only
 * writer: that is the state lock's.
 *
 * 1. Calls of one tick of the event loop become one transaction, in the order of the calls. What a call expects is checked
 *    inside it, after the calls before it.
 * 2. A promise resolves, and a listener hears of a change, only after the COMMIT that holds it was fsynced.
 * 3. Reads run between transactions (everything here is synchronous), so they never see half of one.
 * 4. Objects lie in the file, not in memory: what is read costs the bytes that are returned, while they are used.
 */
import { setImmediate } from 'node:timers';
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
import { expiryOf, storeExpired } from '../ports/object-store-rules.ts';
import { Listeners } from './listeners.ts';
import { objectStoreKind } from './object-store-schema.ts';
import { unreadable } from './sqlite-error.ts';
import { SqliteObjectReader } from './sqlite-object-reader.ts';
import { SqliteWriter, type SqliteWriterOptions } from './sqlite-writer.ts';
import { compactObjects, type Outcome, writeObjects } from './write-objects.ts';

/** Changes that one call of `compact` or `expire` touches: some ten milliseconds of the event loop. */
const maxWork = 1000;

const defaultLimit = 1000;

interface PendingApply {
  readonly writes: readonly ObjectWrite[];
  resolve(objects: readonly StoredObject[]): void;
  reject(error: unknown): void;
}

export interface SqliteObjectStoreOptions extends SqliteWriterOptions {
  /** A listener threw: its own affair, but somebody should know. */
  readonly onListenerError?: (error: unknown) => void;
}

export class SqliteObjectStore implements ObjectStore {
  readonly #writer: SqliteWriter;
  readonly #reader: SqliteObjectReader;
  readonly #file: string;
  readonly #listeners: Listeners<ObjectChange>;
  #pending: PendingApply[] = [];
  #newest: number;
  #oldest: number;

  private constructor(writer: SqliteWriter, { file, onListenerError }: SqliteObjectStoreOptions) {
    this.#writer = writer;
    this.#reader = new SqliteObjectReader(writer.connection);
    this.#file = file;
    this.#listeners = new Listeners(onListenerError);
    this.#newest = this.#reader.newest();
    this.#oldest = this.#reader.oldest();
  }

  /** Makes the file when it is missing, brings an older one to this version. Throws `hostLacks` for one it cannot use. */
  static open(options: SqliteObjectStoreOptions): SqliteObjectStore {
    return SqliteWriter.open(objectStoreKind, options, (writer) => new SqliteObjectStore(writer, options));
  }

  get resourceVersion(): number {
    return this.#newest;
  }

  get oldestResourceVersion(): number {
    return this.#oldest;
  }

  get(key: ObjectKey): StoredObject | undefined {
    return this.#reading(() => this.#reader.get(key));
  }

  list(range: ObjectRange, options: ListOptions = {}): ListPage {
    const { at = this.#newest, ...page } = options;
    this.#checkReach(at);
    // The newest state is read from the newest versions alone.
    const { items, remaining } = this.#reading(() => this.#reader.list(range, at < this.#newest ? { ...page, at } : page));
    return { items, resourceVersion: Math.min(at, this.#newest), more: remaining > 0, remaining };
  }

  count(range: ObjectRange): number {
    return this.#reading(() => this.#reader.count(range));
  }

  changesSince(range: ObjectRange, resourceVersion: number, limit = defaultLimit): readonly ObjectChange[] {
    this.#checkReach(resourceVersion);
    return this.#reading(() => this.#reader.changesSince(range, resourceVersion, limit));
  }

  apply(writes: readonly ObjectWrite[]): Promise<readonly StoredObject[]> {
    if (this.#writer.closed) return Promise.reject(this.#closed());
    return new Promise((resolve, reject) => {
      if (this.#pending.length === 0) setImmediate(() => this.#commitPending());
      this.#pending.push({ writes, resolve, reject });
    });
  }

  onChange(listener: (change: ObjectChange) => void): () => void {
    const newest = this.#newest;
    // In the middle of a telling there are changes that are stored already, and will be told only now.
    return this.#listeners.add((change) => {
      if (change.object.resourceVersion > newest) listener(change);
    });
  }

  compact(keepChanges: number): boolean {
    if (this.#writer.closed) throw this.#closed();
    this.#commitPending();
    const wanted = this.#newest - keepChanges;
    if (wanted <= this.#oldest) return false;
    const oldest = Math.min(wanted, this.#oldest + maxWork);
    this.#writer.transaction(() => compactObjects(this.#writer.connection, this.#oldest, oldest));
    this.#oldest = oldest;
    return oldest < wanted;
  }

  expire(nowMs: number): boolean {
    if (this.#writer.closed) throw this.#closed();
    // A put that is still waiting may give its object more time.
    this.#commitPending();
    const expired = this.#reading(() => this.#reader.expired(nowMs, maxWork + 1));
    if (expired.length === 0) return false;
    const [outcome] = this.#write([expired.slice(0, maxWork).map(expiryOf)]);
    if (outcome !== undefined && 'refusal' in outcome) throw outcome.refusal;
    this.#listeners.tell(outcome?.changes ?? []);
    return expired.length > maxWork;
  }

  close(): void {
    if (this.#writer.closed) return;
    this.#commitPending();
    this.#listeners.clear();
    this.#writer.close();
  }

  #commitPending(): void {
    const batch = this.#pending;
    if (batch.length === 0) return;
    this.#pending = [];
    let outcomes: readonly Outcome[];
    try {
      outcomes = this.#write(batch.map(({ writes }) => writes));
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const [index, outcome] of outcomes.entries()) {
      if ('refusal' in outcome) batch[index]?.reject(outcome.refusal);
      else batch[index]?.resolve(outcome.changes.map(({ object }) => object));
    }
    this.#listeners.tell(outcomes.flatMap(changesOf));
  }

  #write(calls: readonly (readonly ObjectWrite[])[]): readonly Outcome[] {
    const outcomes = this.#writer.transaction(() => writeObjects(this.#writer.connection, calls, this.#newest));
    for (const outcome of outcomes) this.#newest += changesOf(outcome).length;
    return outcomes;
  }

  #checkReach(resourceVersion: number): void {
    if (resourceVersion < this.#oldest) throw storeExpired(resourceVersion, this.#oldest);
  }

  #closed(): HookletError {
    return new HookletError('storeUnwritable', `the object store '${this.#file}' is closed`);
  }

  #reading<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw unreadable(objectStoreKind, this.#file, error);
    }
  }
}

const changesOf = (outcome: Outcome): readonly ObjectChange[] => ('changes' in outcome ? outcome.changes : []);
