/**
 * A clock that moves only when a test says so.
 *
 * 1. `advance()` stops at every moment that somebody waits for, in the order of the moments (then of the calls), and
 *    lets the program run until it settles before it goes on: what a wait sets off happens at that wait's time.
 * 2. A wait of before `reboot()` never ends: the program that waited is gone.
 */
import { setImmediate } from 'node:timers';
import { addMs, type Instant, msBetween } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';

interface Wait {
  readonly moment: Instant;
  /** Ends the wait and forgets it. */
  resolve(): void;
  forget(): void;
}

/**
 * Turns of the event loop that count as "settled". A turn runs every microtask there is, however long the chain; a program
 * that only waits on promises and this clock needs no more than two.
 */
const SETTLE_TURNS = 20;

export class ManualClock implements Clock {
  #now: Instant;
  #boots = 1;
  readonly #settleTurns: number;
  readonly #waits = new Set<Wait>();

  constructor(start: { readonly wallMs?: number; readonly monotonicMs?: number; readonly settleTurns?: number } = {}) {
    this.#settleTurns = start.settleTurns ?? SETTLE_TURNS;
    this.#now = {
      bootId: 'boot-1',
      monotonicMs: start.monotonicMs ?? 1000,
      wallMs: start.wallMs ?? Date.UTC(2030, 0, 1),
    };
  }

  /** How many wait for a moment that has not come. */
  get pending(): number {
    return this.#waits.size;
  }

  /** Milliseconds until the next moment somebody waits for; `undefined` when nobody waits. */
  get msToNext(): number | undefined {
    const next = this.#next();
    return next === undefined ? undefined : Math.max(0, msBetween(this.#now, next.moment));
  }

  now(): Instant {
    return this.#now;
  }

  waitUntil(moment: Instant, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (msBetween(this.#now, moment) <= 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const aborted = (): void => {
        this.#waits.delete(wait);
        reject(signal.reason);
      };
      const forget = (): void => {
        signal.removeEventListener('abort', aborted);
        this.#waits.delete(wait);
      };
      const wait: Wait = {
        moment,
        forget,
        resolve: () => {
          forget();
          resolve();
        },
      };
      signal.addEventListener('abort', aborted, { once: true });
      this.#waits.add(wait);
    });
  }

  /** Lets `ms` pass. Without `ms` only what is due now happens. */
  async advance(ms = 0): Promise<void> {
    const end = this.#now.monotonicMs + ms;
    await this.settle();
    for (;;) {
      const next = this.#next();
      const leftMs = end - this.#now.monotonicMs;
      if (next === undefined || msBetween(this.#now, next.moment) > leftMs) break;
      this.#now = addMs(this.#now, Math.max(0, msBetween(this.#now, next.moment)));
      next.resolve();
      await this.settle();
    }
    this.#now = addMs(this.#now, end - this.#now.monotonicMs);
  }

  /** Lets the program run, at the present moment, until it only waits. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < this.#settleTurns; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** Somebody set the wall clock. Only waits for moments of another boot notice. */
  async jumpWall(ms: number): Promise<void> {
    this.#now = { ...this.#now, wallMs: this.#now.wallMs + ms };
    await this.advance();
  }

  /** The machine was off for `offMs`: another boot id, a monotonic clock that starts over, and nobody waits. */
  reboot(offMs = 30_000): void {
    for (const wait of [...this.#waits]) wait.forget();
    this.#boots += 1;
    this.#now = { bootId: `boot-${this.#boots}`, monotonicMs: 1000, wallMs: this.#now.wallMs + offMs };
  }

  #next(): Wait | undefined {
    let next: Wait | undefined;
    for (const wait of this.#waits) {
      if (next === undefined || msBetween(this.#now, wait.moment) < msBetween(this.#now, next.moment)) next = wait;
    }
    return next;
  }
}
