/**
 * Execs whose outcome concerns nobody but who waits for it: probes. What makes an exec survive its agent (pipes that are
 * held, output on disk, a state that can be asked for) is left out, for it costs more than the process itself.
 *
 * 1. An exec that ran is deleted, whatever came of it; what could not be deleted is, once containerd answers again.
 * 2. What a killed agent has left, its successor kills and deletes.
 * 3. As with all execs: started at most once, and it ends when its own process does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningExec, TransientEnd } from '../ports/exec-processes.ts';
import { hasCode } from '../ports/hooklet-error.ts';
import { drain } from './drain.ts';
import type { ExecRef, ExecTasks } from './exec-tasks.ts';
import { HeadReader } from './head-reader.ts';
import { TransientPipes } from './transient-pipes.ts';

/** As much of the output as a probe tells of (`pkg/probe/exec/exec.go` `maxReadLength`). */
const keptBytes = 10 * 1024;
/** How long a process that is killed is waited for. */
const lastWaitMs = 2_000;
const killAgainMs = 50;
/** Containers whose process specification is remembered; it does not change as long as they live. */
const rememberedSpecs = 256;

export interface TransientExecParts {
  readonly tasks: Pick<ExecTasks, 'processSpec' | 'create' | 'start' | 'wait'>;
  /** Kills an exec and what is left of its session. */
  kill(ref: ExecRef): Promise<void>;
  /** Deletes it, and ends it first if need be. */
  remove(ref: ExecRef): Promise<void>;
  /** As of `ExecPipes`, which keeps to folders of its own there. */
  readonly pipesDir: string;
}

export class TransientExecs {
  readonly #parts: TransientExecParts;
  readonly #pipes: TransientPipes;
  readonly #specs = new Map<string, Promise<Readonly<Record<string, unknown>>>>();
  /** By their pipe: what could not be deleted because containerd was away. */
  readonly #unremoved = new Map<string, ExecRef>();

  constructor(parts: TransientExecParts) {
    this.#parts = parts;
    this.#pipes = new TransientPipes(parts.pipesDir);
  }

  async run(ref: ExecRef, argv: readonly string[], { signal, onStarted }: RunningExec): Promise<TransientEnd> {
    signal.throwIfAborted();
    const spec = await this.#specOf(ref.containerId);
    const pipe = await this.#pipes.take(ref);
    const reader = new HeadReader(pipe, keptBytes);
    try {
      await this.#parts.tasks.create({ ...ref, argv, stdout: pipe, stderr: pipe }, spec);
      await this.#parts.tasks.start(ref);
      reader.start();
      onStarted?.();
      const exitCode = await this.#end(ref, signal);
      signal.throwIfAborted();
      await drain([reader], signal);
      return { exitCode, output: reader.head };
    } finally {
      void this.#forget(ref, pipe, reader);
    }
  }

  /** What is owed from a time when containerd was away, and what earlier agents have left. */
  async removeForgotten(): Promise<void> {
    for (const [pipe, ref] of [...this.#unremoved]) {
      this.#unremoved.delete(pipe);
      await this.#forget(ref, pipe, undefined);
    }
    for (const { dir, owners } of this.#pipes.earlier()) {
      for (const ref of owners) await this.#parts.remove(ref).catch(unlessRefused);
      this.#pipes.removeEarlier(dir);
    }
  }

  close(): void {
    this.#pipes.close();
  }

  #specOf(containerId: string): Promise<Readonly<Record<string, unknown>>> {
    const known = this.#specs.get(containerId);
    if (known !== undefined) return known;
    const spec = this.#parts.tasks.processSpec(containerId);
    this.#specs.set(containerId, spec);
    spec.catch(() => this.#specs.delete(containerId));
    const [oldest] = this.#specs.keys();
    if (this.#specs.size > rememberedSpecs && oldest !== undefined) this.#specs.delete(oldest);
    return spec;
  }

  /** The exit code. Aborted: kills the process first, and gives up the wait for its end after a while. */
  async #end(ref: ExecRef, signal: AbortSignal): Promise<number> {
    const waiting = new AbortController();
    const onAbort = (): void => void this.#killUntilEnded(ref, waiting);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return await this.#parts.tasks.wait(ref, waiting.signal);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
      waiting.abort('ended');
    }
  }

  async #killUntilEnded(ref: ExecRef, waiting: AbortController): Promise<void> {
    for (let waitedMs = 0; waitedMs < lastWaitMs && !waiting.signal.aborted; waitedMs += killAgainMs) {
      await this.#parts.kill(ref).catch(() => undefined);
      await sleep(killAgainMs, undefined, { signal: waiting.signal }).catch(() => undefined);
    }
    waiting.abort('it does not die');
  }

  /** Reads on until the shim has closed the pipe: it does when the exec is deleted, if a child of it holds it till then. */
  async #forget(ref: ExecRef, pipe: string, reader: HeadReader | undefined): Promise<void> {
    try {
      await this.#parts.remove(ref);
      if (reader?.readNow(keptBytes) === 'empty') await Promise.race([reader.ended, sleep(lastWaitMs, undefined, { ref: false })]);
      this.#pipes.giveBack(pipe, { ended: reader?.hasEnded === true });
    } catch (error) {
      if (hasCode(error, 'runtimeUnavailable')) this.#unremoved.set(pipe, ref);
      // What containerd refuses it will refuse again.
      else this.#pipes.giveBack(pipe, { ended: false });
    } finally {
      reader?.close();
    }
  }
}

function unlessRefused(error: unknown): void {
  if (!hasCode(error, 'runtimeFailed')) throw error;
}
