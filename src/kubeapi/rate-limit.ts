import { addMs, type Instant, msBetween } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';

/** So many at once, and so many a second after that (`client-go/util/flowcontrol/throttle.go`). One waits at a time. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #limits: { readonly burst: number; readonly perSecond: number };
  #left: number;
  #at: Instant;

  constructor(clock: Clock, limits: { readonly burst: number; readonly perSecond: number }) {
    this.#clock = clock;
    this.#limits = limits;
    this.#left = limits.burst;
    this.#at = clock.now();
  }

  /** Resolves when one more may be done; rejects with the signal's reason. */
  async take(signal: AbortSignal): Promise<void> {
    this.#refill();
    if (this.#left < 1) {
      await this.#clock.waitUntil(addMs(this.#clock.now(), Math.ceil(((1 - this.#left) / this.#limits.perSecond) * 1000)), signal);
      this.#refill();
    }
    this.#left -= 1;
  }

  #refill(): void {
    const { burst, perSecond } = this.#limits;
    const now = this.#clock.now();
    this.#left = Math.min(burst, this.#left + (Math.max(0, msBetween(this.#at, now)) / 1000) * perSecond);
    this.#at = now;
  }
}
