/** Lets through `burst` at once and `perSecond` in the long run. Time is the caller's, in milliseconds that never go back. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;
  #at: number;

  constructor({ perSecond, burst }: { readonly perSecond: number; readonly burst: number }, nowMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
    this.#at = nowMs;
  }

  /** Whether there is one left. */
  has(nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#left >= 1;
  }

  /** False: there was none. */
  take(nowMs: number): boolean {
    if (!this.has(nowMs)) return false;
    this.#left -= 1;
    return true;
  }

  #refill(nowMs: number): void {
    const gained = (Math.max(0, nowMs - this.#at) / 1000) * this.#perSecond;
    this.#left = Math.min(this.#burst, this.#left + gained);
    this.#at = nowMs;
  }
}
