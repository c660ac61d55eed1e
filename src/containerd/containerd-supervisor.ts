/**
 * Keeps hooklet's own containerd running while an agent lives. Owns the decision to start, take over, restart and end
 * it; the process itself is `containerd-process.ts`, what lies on disk `prepare-containerd.ts`.
 *
 * 1. At most one start is under way in this program; another program's is noticed by its process and waited for.
 *    Should both spawn at once, containerd's lock on its database ends one of them, and its starter takes the other.
 * 2. A death is answered by a restart at once: while containerd is down containers block on their full pipes. Only a
 *    restart that fails, or one that does not live long, makes the next one wait.
 * 3. A listener that throws is its own affair: it must not cost the watch.
 * 4. After `stop()` or `leave()` began nothing is started any more, not even by a restart under way.
 */
import { addMs, msBetween } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { HostProcess } from '../ports/host-processes.ts';
import type { LeftoverSweep } from '../ports/leftover-sweep.ts';
import type { RuntimeSupervisor, RuntimeSupervisorEvent } from '../ports/runtime-supervisor.ts';
import type { ContainerdProcess } from './containerd-process.ts';

export interface ContainerdSupervisorParts {
  readonly process: Pick<ContainerdProcess, 'find' | 'hasShims' | 'accepts' | 'spawn' | 'waitReady' | 'ended' | 'end' | 'boundLog'>;
  readonly socket: string;
  /** Makes what must lie on disk before a start; idempotent. */
  readonly prepare: () => Promise<void>;
  readonly sweep: Pick<LeftoverSweep, 'sweepAll'>;
  readonly clock: Clock;
  /** Told right before the first start; a restart is told by an event. */
  readonly onStart?: () => void;
}

/** A containerd that lived shorter than this counts as a failed restart. */
const livedLongMs = 10_000;
const firstRetryMs = 100;
const longestRetryMs = 10_000;
const logCheckMs = 3_600_000;

export class ContainerdSupervisor implements RuntimeSupervisor {
  readonly #parts: ContainerdSupervisorParts;
  readonly #listeners = new Set<(event: RuntimeSupervisorEvent) => void>();
  #ensuring: Promise<{ readonly socket: string; readonly found: boolean }> | undefined;
  /** Aborted by `stop` and `leave`. */
  readonly #watching = new AbortController();
  #watch: Promise<unknown> | undefined;

  constructor(parts: ContainerdSupervisorParts) {
    this.#parts = parts;
  }

  ensureRunning(): Promise<{ readonly socket: string; readonly found: boolean }> {
    this.#ensuring ??= this.#ensure().catch((error: unknown) => {
      this.#ensuring = undefined; // the next call may try again
      throw error;
    });
    return this.#ensuring;
  }

  isRunning(): Promise<boolean> {
    return this.#parts.process.accepts();
  }

  onEvent(listener: (event: RuntimeSupervisorEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  leave(): void {
    this.#watching.abort(new Error('the agent leaves'));
  }

  async stop(): Promise<void> {
    this.leave();
    await Promise.allSettled([this.#ensuring, this.#watch]);
    for (let running = this.#parts.process.find(); running !== undefined; running = this.#parts.process.find()) {
      await this.#parts.process.end(running);
    }
    await this.#parts.sweep.sweepAll();
  }

  async #ensure(): Promise<{ readonly socket: string; readonly found: boolean }> {
    const hasContainers = this.#parts.process.hasShims();
    const { running, found } = await this.#bringUp(() => this.#parts.onStart?.());
    this.#watch = Promise.all([this.#keepRunning(running), this.#keepLogBounded()]);
    return { socket: this.#parts.socket, found: found || hasContainers };
  }

  /** Resolves with a process that answers: one that is there (`found`), else one that is started now. */
  async #bringUp(onStart: () => void = () => {}): Promise<{ readonly running: HostProcess; readonly found: boolean }> {
    // Also for one that is there: what was asked for and does not fit it is refused now, not at its first restart.
    await this.#parts.prepare();
    for (let there = this.#parts.process.find(); there !== undefined; there = this.#parts.process.find()) {
      const answers = await this.#parts.process.waitReady(there).then(
        () => true,
        () => false,
      );
      if (answers) return { running: there, found: true };
      await this.#parts.process.end(there);
    }
    this.#throwIfLeaving();
    onStart();
    const started = await this.#parts.process.spawn();
    try {
      await this.#parts.process.waitReady(started);
      return { running: started, found: false };
    } catch (error) {
      const other = this.#parts.process.find();
      if (other === undefined || other.pid === started.pid) throw error;
      await this.#parts.process.waitReady(other);
      return { running: other, found: true };
    }
  }

  /** Watches and restarts until told to leave; never rejects. */
  async #keepRunning(first: HostProcess): Promise<void> {
    const { clock } = this.#parts;
    const { signal } = this.#watching;
    let running = first;
    let retryMs = 0;
    try {
      for (;;) {
        const since = clock.now();
        await this.#parts.process.ended(running, signal);
        const diedAt = clock.now();
        this.#tell({ kind: 'exited' });
        retryMs = msBetween(since, diedAt) >= livedLongMs || running === first ? 0 : nextRetryMs(retryMs);
        for (;;) {
          if (retryMs > 0) await clock.waitUntil(addMs(clock.now(), retryMs), signal);
          const next = await this.#bringUp().catch(messageOf);
          signal.throwIfAborted();
          if (typeof next !== 'string') {
            running = next.running;
            this.#tell({ kind: 'restarted', downMs: msBetween(diedAt, clock.now()) });
            break;
          }
          retryMs = nextRetryMs(retryMs);
          this.#tell({ kind: 'restartFailed', message: next, retryMs });
        }
      }
    } catch {
      // Only the signal ends the loop: whoever aborted it knows why.
    }
  }

  async #keepLogBounded(): Promise<void> {
    const { clock } = this.#parts;
    while (!this.#watching.signal.aborted) {
      await this.#parts.process.boundLog().catch(() => {}); // a full disk; the next check may do better
      await clock.waitUntil(addMs(clock.now(), logCheckMs), this.#watching.signal).catch(() => {});
    }
  }

  #throwIfLeaving(): void {
    if (this.#watching.signal.aborted) throw new HookletError('runtimeUnavailable', 'Cannot start containerd: the agent is leaving');
  }

  #tell(event: RuntimeSupervisorEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        // invariant 3
      }
    }
  }
}

const nextRetryMs = (retryMs: number): number => Math.min(longestRetryMs, retryMs === 0 ? firstRetryMs : retryMs * 2);
