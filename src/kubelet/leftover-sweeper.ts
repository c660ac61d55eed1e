/**
 * When this host is swept of what a killed runtime or a killed agent left.
 *
 * S1 At the start, and whenever the runtime is back. What the runtime still knows is spared then, and remembered as a
 *    survivor: it may know it only in part, and remove it only in part. So each removal of a survivor is followed by
 *    another sweep.
 * S2 Nothing is being started while it sweeps: a sandbox in the making is not among the living yet.
 * S3 One at a time: two sweeps that wait for each other's slots would never end.
 */
import { addMs } from '../core/instant.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { KubeletParts } from './kubelet-parts.ts';
import type { StartSlots } from './start-slots.ts';

type SweeperParts = Pick<KubeletParts, 'runtime' | 'sweep' | 'clock' | 'logger'>;
type Why = 'afterBreak' | 'afterRemoval';

/** A containerd that is back tells of events before it answers for Pods. */
const RETRY_MS = 500;

export class LeftoverSweeper {
  readonly #parts: SweeperParts;
  readonly #slots: StartSlots;
  #survivors: ReadonlySet<string> = new Set();
  #sweeping: Promise<void> = Promise.resolve();
  /** A sweep that has not looked yet, or looks again after a failure, will see whatever happened until it looks. */
  #waiting: Why | undefined;
  readonly #leaving = new AbortController();

  constructor(parts: SweeperParts, slots: StartSlots) {
    this.#parts = parts;
    this.#slots = slots;
  }

  /** The agent begins, or the runtime is back: whatever lives now has lived through something. */
  sweepAfterBreak(): void {
    this.#sweep('afterBreak');
  }

  /** A sandbox or container was removed from the runtime. */
  removed(id: string): void {
    if (this.#survivors.has(id)) this.#sweep('afterRemoval');
  }

  /** Resolves once no sweep is under way; what is still owed is left to the next agent. */
  leave(): Promise<void> {
    this.#leaving.abort('the agent leaves');
    return this.#sweeping;
  }

  #sweep(why: Why): void {
    if (this.#waiting === 'afterBreak' || this.#waiting === why) return;
    this.#waiting = why;
    this.#sweeping = this.#sweeping.then(() => this.#sweepUntilDone(why));
  }

  async #sweepUntilDone(why: Why): Promise<void> {
    const { clock, logger } = this.#parts;
    for (;;) {
      try {
        return await this.#slots.useAll(() => this.#sweepNow(why));
      } catch (error) {
        this.#waiting = why;
        logger.warn('leftovers were not swept, it is tried again', { error: messageOf(error) });
        const isTime = await clock.waitUntil(addMs(clock.now(), RETRY_MS), this.#leaving.signal).then(
          () => true,
          () => false,
        );
        if (!isTime) return;
      }
    }
  }

  async #sweepNow(why: Why): Promise<void> {
    this.#waiting = undefined;
    const { sweep, runtime, logger } = this.#parts;
    await runtime.nativeExec?.removeForgotten();
    if (sweep === undefined) return;
    const [sandboxes, containers] = await Promise.all([runtime.cri.listSandboxes(), runtime.cri.listContainers()]);
    const sandboxIds = sandboxes.map(({ id }) => id);
    const containerIds = containers.map(({ id }) => id);
    const living = new Set([...sandboxIds, ...containerIds]);
    this.#survivors = why === 'afterBreak' ? living : this.#survivors.intersection(living);
    const podUids = sandboxes.map(({ uid }) => uid);
    const swept = await sweep.sweep({ podUids, sandboxIds, containerIds, isUnfinished: sandboxes.some(({ ready }) => !ready) });
    for (const { kind, name } of swept) logger.info('removed a leftover', { kind, name });
  }
}
