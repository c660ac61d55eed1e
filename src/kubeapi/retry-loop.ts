/**
 * Something that is to be brought in line with the API, for as long as it takes.
 *
 * R1 One attempt at a time. What is asked for during an attempt makes another one follow.
 * R2 A failed attempt is repeated after growing, capped, jittered delays, for ever. Being asked again ends the wait.
 * R3 `stop()` ends it; an attempt under way sees its signal aborted.
 */
import { addMs } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { Logger } from '../ports/logger.ts';

/** What everything that speaks with an API needs. */
export interface ApiGround {
  readonly clock: Clock;
  readonly logger: Logger;
  /** From 0 to 1: spreads retries, so that all nodes of a cluster do not come back at once. Default `Math.random`. */
  readonly random?: () => number;
}

export interface DelayLimits {
  readonly firstMs: number;
  readonly lastMs: number;
}

const DELAYS: DelayLimits = { firstMs: 200, lastMs: 10_000 };

/** After so many failures in a row, from 1. Between half of what the doubling gives and all of it. */
export const retryDelayMs = (failures: number, { firstMs, lastMs }: DelayLimits, random: () => number = Math.random): number =>
  Math.min(firstMs * 2 ** (failures - 1), lastMs) * (0.5 + random() / 2);

export interface RetryOrder {
  /** What the log calls it: "writing the status of default/web". */
  readonly what: string;
  /** Throws to be called again; must be safe to repeat. */
  readonly attempt: (signal: AbortSignal) => Promise<void>;
  readonly delays?: DelayLimits;
}

export class RetryLoop {
  readonly #ground: ApiGround;
  readonly #order: RetryOrder;
  readonly #stopping = new AbortController();
  #isWanted = false;
  #running: Promise<void> | undefined;
  #hurry: AbortController | undefined;

  constructor(ground: ApiGround, order: RetryOrder) {
    this.#ground = ground;
    this.#order = order;
  }

  /** Something is to be done. */
  poke(): void {
    if (this.#stopping.signal.aborted) return;
    this.#isWanted = true;
    this.#hurry?.abort();
    this.#running ??= this.#run();
  }

  /** Resolves once nothing is to be done any more, or it was stopped. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  get isIdle(): boolean {
    return this.#running === undefined;
  }

  /** Resolves when the attempt under way has ended. Twice is fine. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    // The caller's turn ends first: what it pokes several times in one turn is one attempt.
    await Promise.resolve();
    for (let failures = 0; this.#isWanted && !signal.aborted; ) {
      this.#isWanted = false;
      try {
        await this.#order.attempt(signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) break;
        this.#isWanted = true;
        failures += 1;
        await this.#wait(failures, error);
      }
    }
    this.#running = undefined;
  }

  async #wait(failures: number, error: unknown): Promise<void> {
    const { clock, logger, random } = this.#ground;
    const delayMs = Math.round(retryDelayMs(failures, this.#order.delays ?? DELAYS, random));
    if (isToldOf(failures)) logger.warn(`${this.#order.what} failed and is tried again`, { error: messageOf(error), failures, delayMs });
    this.#hurry = new AbortController();
    const signal = AbortSignal.any([this.#hurry.signal, this.#stopping.signal]);
    await clock.waitUntil(addMs(clock.now(), delayMs), signal).catch(() => undefined);
    this.#hurry = undefined;
  }
}

/** An outage of hours is told a dozen times, not at every try. */
export const isToldOf = (failures: number): boolean => Number.isInteger(Math.log2(failures));

/** Calls `act`, which must not throw, at once and then every `ms`, until `signal` aborts. */
export async function repeatEvery(clock: Clock, ms: number, signal: AbortSignal, act: () => void): Promise<void> {
  for (let next = clock.now(); !signal.aborted; next = addMs(clock.now(), ms)) {
    const isTime = await clock.waitUntil(next, signal).then(
      () => true,
      () => false,
    );
    if (isTime && !signal.aborted) act();
  }
}
