/**
 * Who wants to hear of what was stored.
 *
 * 1. All hear of one item before anybody hears of the next one, also when a listener stores something itself.
 * 2. A listener that throws harms nobody; one that has stopped hears nothing more.
 */
interface Entry<T> {
  stopped: boolean;
  readonly listener: (item: T) => void;
}

export class Listeners<T> {
  readonly #onError: (error: unknown) => void;
  /** Replaced, never changed: a telling under way keeps the list that it began with. */
  #entries: readonly Entry<T>[] = [];
  #untold: T[] = [];
  #telling = false;

  constructor(onError: (error: unknown) => void = () => {}) {
    this.#onError = onError;
  }

  /** The same function may listen twice and stop once. */
  add(listener: (item: T) => void): () => void {
    const entry = { stopped: false, listener };
    this.#entries = [...this.#entries, entry];
    return () => {
      entry.stopped = true;
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  tell(items: readonly T[]): void {
    for (const item of items) this.#untold.push(item);
    if (this.#telling) return;
    this.#telling = true;
    // What a listener adds meanwhile is at the end of the same list.
    for (const item of this.#untold) {
      for (const entry of this.#entries) {
        if (!entry.stopped) this.#tellOne(entry, item);
      }
    }
    this.#untold = [];
    this.#telling = false;
  }

  clear(): void {
    for (const entry of this.#entries) entry.stopped = true;
    this.#entries = [];
  }

  #tellOne({ listener }: Entry<T>, item: T): void {
    try {
      listener(item);
    } catch (error) {
      this.#onError(error);
    }
  }
}
