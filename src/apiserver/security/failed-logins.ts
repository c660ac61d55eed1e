import type { Clock } from '../../ports/clock.ts';
import { RecentMap } from './recent-map.ts';
import { TokenBucket } from './token-bucket.ts';

/** Enough for every Pod of a machine to come with a new token at once, too little to keep a core busy with signatures. */
const ALLOWED = { perSecond: 20, burst: 100 };
const REMEMBERED_PLACES = 1024;

/**
 * Slows down who shows one bad credential after the other. It only ever holds up credentials that are not known to be good:
 * a flood from one address locks nobody out who has logged in before, from whichever address.
 */
export class FailedLogins {
  readonly #clock: Clock;
  readonly #places = new RecentMap<string, TokenBucket>(REMEMBERED_PLACES);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether an unknown credential from there is looked at now. */
  mayTry(address: string): boolean {
    return this.#places.get(address)?.has(this.#nowMs()) ?? true;
  }

  failed(address: string): void {
    const known = this.#places.get(address);
    const bucket = known ?? new TokenBucket(ALLOWED, this.#nowMs());
    if (known === undefined) this.#places.set(address, bucket);
    bucket.take(this.#nowMs());
  }

  #nowMs(): number {
    return this.#clock.now().monotonicMs;
  }
}
