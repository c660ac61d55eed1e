/**
 * The real time. CLOCK_MONOTONIC of Linux (`process.hrtime`) counts from the boot and is the same for every process,
 * so a moment stored by one agent means the same to the next one of that boot.
 *
 * 1. A wait never ends early: Node's timers count whole milliseconds of an older clock reading, so the end of a timer
 *    is only a reason to look at the clock again.
 * 2. A wait that was resolved or aborted leaves neither a timer nor a listener behind.
 */
import { readFileSync } from 'node:fs';
import { clearTimeout, setTimeout } from 'node:timers';
import { type Instant, msBetween } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';

/** A timer of 2^31 ms or more fires at once, so long waits are cut; an hour is far below that and costs nothing. */
const longestTimerMs = 3_600_000;
/** A moment of another boot is compared by the wall clock, which may jump: look often enough to notice. */
const longestWallTimerMs = 1000;

export class SystemClock implements Clock {
  readonly #bootId: string;

  constructor(bootId: string = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) {
    this.#bootId = bootId;
  }

  now(): Instant {
    // Whole microseconds: exact as a double for 285 years of uptime, and short enough to read in a record.
    const monotonicMs = Number(process.hrtime.bigint() / 1000n) / 1000;
    return { bootId: this.#bootId, monotonicMs, wallMs: Date.now() };
  }

  waitUntil(moment: Instant, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const longestMs = moment.bootId === this.#bootId ? longestTimerMs : longestWallTimerMs;
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const aborted = (): void => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const check = (): void => {
        const leftMs = msBetween(this.now(), moment);
        if (leftMs > 0) {
          timer = setTimeout(check, Math.min(Math.ceil(leftMs), longestMs));
          return;
        }
        signal.removeEventListener('abort', aborted);
        resolve();
      };
      signal.addEventListener('abort', aborted, { once: true });
      check();
    });
  }
}
