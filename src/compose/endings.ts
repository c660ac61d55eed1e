import { messageOf } from '../ports/hooklet-error.ts';
import type { Logger } from '../ports/logger.ts';

type End = () => Promise<void>;

/** What is to be ended, last opened first. One that fails keeps no other from its end. */
export class Endings {
  readonly #logger: Logger;
  #ends: { readonly what: string; readonly end: End }[] = [];

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(what: string, end: End): void {
    this.#ends.push({ what, end });
  }

  /** Twice is fine: the second finds nothing. */
  async endAll(): Promise<void> {
    const ends = this.#ends.toReversed();
    this.#ends = [];
    for (const { what, end } of ends) {
      await end().catch((error: unknown) => this.#logger.warn('ending failed', { what, error: messageOf(error) }));
    }
  }
}
