import type { Labels } from './metric.ts';

/**
 * Values by labels. What makes labels is a closed set by intent; should it ever not be, what comes after the limit is
 * counted together and memory stays bounded.
 */
export class Series<T> {
  readonly #limit: number;
  readonly #byKey = new Map<string, { readonly labels: Labels; readonly value: T }>();

  constructor(limit = 1000) {
    this.#limit = limit;
  }

  /** That of these labels, made when it is new. */
  of(labels: Labels, make: () => T): T {
    const key = JSON.stringify(labels);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known.value;
    if (this.#byKey.size >= this.#limit) return this.#rest(labels, make);
    const value = make();
    this.#byKey.set(key, { labels, value });
    return value;
  }

  all(): readonly { readonly labels: Labels; readonly value: T }[] {
    return [...this.#byKey.values()];
  }

  #rest(labels: Labels, make: () => T): T {
    const other = Object.fromEntries(Object.keys(labels).map((name) => [name, 'other']));
    const key = JSON.stringify(other);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known.value;
    const value = make();
    this.#byKey.set(key, { labels: other, value });
    return value;
  }
}
