/**
 * Probes one container instance for one thing until it is told to stop. Owns its ticker and the row of its results; what
 * the results mean for the container is decided elsewhere.
 *
 * P1 One attempt at a time. A tick that falls into an attempt is made up for once it is over.
 * P2 `onResult` tells changes of what stands, and nothing below a threshold; `onAttemptFailed` every attempt that did not
 *    simply succeed, before the change that it brings.
 * P3 A loop that is on hold asks no more; what stands goes on standing. There is another loop for another instance.
 * P4 Nothing is told once the signal was aborted. The attempt under way is ended then, and `ended` waits for that.
 */
import type { Instant } from '../core/instant.ts';
import type { ProbeFailed } from '../core/probe/probe-events.ts';
import type { ProbeOutcome } from '../core/probe/probe-outcome.ts';
import { firstAttemptAt, nextTick } from '../core/probe/probe-schedule.ts';
import type { ProbeResult } from '../core/probe/probe-standing.ts';
import { counted, countFrom, type ProbeCount } from '../core/probe/thresholds.ts';
import type { WantedProbe } from '../core/probe/wanted-probes.ts';
import type { ProbeParts } from './probe-parts.ts';
import { runProbe } from './run-probe.ts';

export interface ProbeLoopOptions {
  readonly wanted: WantedProbe;
  readonly parts: ProbeParts;
  readonly agentStartedAt: Instant;
  /** From 0 to below 1: where within the first period a container is asked that was found by this agent. */
  readonly random: number;
  onResult(result: ProbeResult): void;
  onAttemptFailed(fact: ProbeFailed): void;
}

export class ProbeLoop {
  /** Resolves once nothing of it runs any more: it was aborted, or is on hold. */
  readonly ended: Promise<void>;
  readonly #options: ProbeLoopOptions;
  readonly #signal: AbortSignal;
  #count: ProbeCount;
  #hasBegun = false;
  #isKicked = false;
  #wake: () => void = () => {};

  constructor(options: ProbeLoopOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#count = countFrom(options.wanted.standing);
    // It rejects when it is aborted, and has nothing to say then.
    this.ended = this.#run().catch(() => undefined);
  }

  get standing(): ProbeResult {
    return this.#count.standing;
  }

  /**
   * The status of a Pod that is not ready is being looked at: asks now, not at the next tick, and counts the ticks from
   * here (`prober_manager.go` `UpdatePodStatus`). Without effect on other probes, and before the first attempt is due.
   */
  kick(): void {
    if (!this.#hasBegun || this.#options.wanted.kind !== 'readiness' || this.standing === 'success') return;
    this.#isKicked = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    const { wanted, parts, agentStartedAt, random } = this.#options;
    const { clock } = parts;
    const { probe, startedAtWallMs } = wanted;
    await clock.waitUntil(firstAttemptAt({ probe, startedAtWallMs, now: clock.now(), agentStartedAt, random }), this.#signal);
    this.#hasBegun = true;
    let origin = clock.now();
    for (;;) {
      const began = clock.now();
      const outcome = await runProbe(wanted, parts, this.#signal);
      this.#signal.throwIfAborted();
      this.#take(outcome);
      if (this.#count.isOnHold) return;
      await this.#tickOrKick(nextTick(origin, probe.periodSeconds * 1000, began));
      if (this.#isKicked) origin = clock.now();
      this.#isKicked = false;
    }
  }

  #take(outcome: ProbeOutcome): void {
    const { wanted, onResult, onAttemptFailed } = this.#options;
    const { container, restartCount, kind, probe } = wanted;
    if (outcome.result !== 'success') {
      const { result, message } = outcome;
      onAttemptFailed({ type: 'probe.failed', container: container.name, restartCount, probe: kind, message, result });
    }
    const before = this.standing;
    this.#count = counted(this.#count, outcome.result, { ...probe, kind });
    if (this.standing !== before) onResult(this.standing);
  }

  async #tickOrKick(tick: Instant): Promise<void> {
    if (this.#isKicked) return;
    const timer = new AbortController();
    const stop = (): void => timer.abort('stopped');
    this.#wake = () => timer.abort('kicked');
    this.#signal.addEventListener('abort', stop, { once: true });
    try {
      await this.#options.parts.clock.waitUntil(tick, timer.signal).catch(() => undefined);
    } finally {
      this.#wake = () => {};
      this.#signal.removeEventListener('abort', stop);
    }
    this.#signal.throwIfAborted();
  }
}
