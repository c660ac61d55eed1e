/**
 * When this host is swept of what a killed runtime or a killed agent left.
 *
 * S1 At the start, and whenever the runtime is back. What the runtime still knows is spared then, and remembered as a
 *    survivor: it may know it only in part, and remove it only in part. So each removal of a survivor is followed by
 *    another sweep.
 * S2 Nothing is being started while it sweeps: a sandbox in the making is not among the living yet.
 * S3 One at a time: two sweeps that wait for each other's slots would never end.
 */
import { messageOf } from '../ports/hooklet-error.ts';
import type { KubeletParts } from './kubelet-parts.ts';
import type { StartSlots } from './start-slots.ts';

export class LeftoverSweeper {
  readonly #parts: Pick<KubeletParts, 'runtime' | 'sweep' | 'logger'>;
  readonly #slots: StartSlots;
  #survivors: ReadonlySet<string> = new Set();
  #sweeping: Promise<void> = Promise.resolve();
  /** A sweep that has not looked yet will see whatever happened until it looks. */
  #isWaiting = false;

  constructor(parts: Pick<KubeletParts, 'runtime' | 'sweep' | 'logger'>, slots: StartSlots) {
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

  /** Resolves once no sweep is under way or due. */
  settled(): Promise<void> {
    return this.#sweeping;
  }

  #sweep(why: 'afterBreak' | 'afterRemoval'): void {
    if (this.#isWaiting && why === 'afterRemoval') return;
    this.#isWaiting = true;
    this.#sweeping = this.#sweeping.then(() =>
      this.#slots
        .useAll(() => this.#sweepNow(why))
        .catch((error: unknown) => this.#parts.logger.warn('leftovers were not swept', { error: messageOf(error) })),
    );
  }

  async #sweepNow(why: 'afterBreak' | 'afterRemoval'): Promise<void> {
    this.#isWaiting = false;
    const { sweep, runtime, logger } = this.#parts;
    const [sandboxes, containers] = await Promise.all([runtime.cri.listSandboxes(), runtime.cri.listContainers()]);
    const sandboxIds = sandboxes.map(({ id }) => id);
    const containerIds = containers.map(({ id }) => id);
    const living = new Set([...sandboxIds, ...containerIds]);
    this.#survivors = why === 'afterBreak' ? living : this.#survivors.intersection(living);
    const swept = await sweep?.sweep({ sandboxIds, containerIds, isUnfinished: sandboxes.some(({ ready }) => !ready) });
    for (const { kind, name } of swept ?? []) logger.info('removed a leftover', { kind, name });
    await runtime.nativeExec?.removeForgotten();
  }
}
