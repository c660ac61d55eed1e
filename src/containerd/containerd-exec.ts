/**
 * Processes in containers by containerd's Tasks service: they belong to the shim, not to a call of ours, and so outlive
 * the agent and containerd. Holds nothing that a later agent would need: the shim knows the state, exit code and pipes
 * of every exec until it is deleted, and beside the pipes lies what was read of them.
 *
 * 1. An exec ends when its own process ends (`Wait`), however long a child of its own holds the pipes.
 * 2. Its output is complete when both pipes are at their end. If a child holds them, it is what had been written when
 *    the process ended (`drain.ts`).
 * 3. The reading ends of the pipes are open before the process starts, so it can not fail or hang for want of a reader.
 * 4. An exec is started at most once: a second Start of one whose first has failed makes the shim of containerd 1.6
 *    panic, and with it ends every container of the Pod. That a start was tried is therefore written down before it.
 * 5. Nothing here decides what an outcome means, and nothing that has one is deleted before `remove()`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecState } from '../core/runtime-state.ts';
import type { ExecEnd, ExecProcesses, RunningExec, TransientEnd } from '../ports/exec-processes.ts';
import { HookletError, hasCode } from '../ports/hooklet-error.ts';
import type { RpcChannel } from '../ports/rpc-channel.ts';
import { drain } from './drain.ts';
import { ExecPipes, type PipeOwner } from './exec-pipes.ts';
import { type ExecRef, ExecTasks, stateOf } from './exec-tasks.ts';
import { FifoReader } from './fifo-reader.ts';
import type { Process } from './gen/containerd-tasks.ts';
import { oomFileOf, readOomKills } from './oom-counter.ts';
import { injectedInto, inSession } from './process-session.ts';
import { TransientExecs } from './transient-execs.ts';

/** The shim does not tell the state of an exec while it starts it; this is for a request that is still on its way to it. */
const settleMs = 300;
const settleStepMs = 50;
/** A session that goes on forking is not chased for ever. */
const killRounds = 50;
const killStepMs = 5;
/** 128 + SIGKILL, as the shim reports it. */
const killedStatus = 137;
const never = new AbortController().signal;

export class ContainerdExec implements ExecProcesses {
  readonly #tasks: ExecTasks;
  readonly #pipes: ExecPipes;
  readonly #transient: TransientExecs;
  /** What `remove()` was asked for while containerd was away: nobody will ask for it again. */
  readonly #unremoved = new Set<ExecRef>();
  #closed = false;

  /** `pipesDir` is private to this hooklet and gone after a reboot. */
  constructor(channel: RpcChannel, pipesDir: string) {
    this.#tasks = new ExecTasks(channel);
    this.#pipes = new ExecPipes(pipesDir);
    this.#transient = new TransientExecs({
      tasks: this.#tasks,
      kill: ({ containerId, execId }) => this.kill(containerId, execId),
      remove: (ref) => this.#delete(ref),
      pipesDir,
    });
  }

  prepare(): void {
    // To start a shell takes milliseconds: what the caller has just asked the runtime for goes out first.
    setImmediate(() => {
      if (!this.#closed) this.#pipes.prepare();
    });
  }

  async create(containerId: string, execId: string, argv: readonly string[]): Promise<void> {
    const [spec, init] = await Promise.all([this.#tasks.processSpec(containerId), this.#tasks.initPid(containerId)]);
    const { stdout, stderr } = await this.#pipes.take({ containerId, execId, argv, ...oomCountOf(init) });
    try {
      await this.#tasks.create({ containerId, execId, argv, stdout, stderr }, spec);
    } catch (error) {
      // Without an answer the exec may exist and own the pipes: a later agent looks (`removeForgotten`).
      if (!hasCode(error, 'runtimeUnavailable')) this.#pipes.removeAt(stdout);
      throw error;
    }
  }

  async follow(containerId: string, execId: string, options: { readonly start: boolean; readonly signal: AbortSignal }): Promise<ExecEnd> {
    const { signal } = options;
    const ref = { containerId, execId };
    const exec = await this.#tasks.get(ref, signal);
    const readers = [new FifoReader(exec.stdout), new FifoReader(exec.stderr)] as const;
    try {
      if (options.start) await this.#start(ref, exec);
      for (const reader of readers) reader.start();
      const exitCode = await this.#tasks.wait(ref, signal);
      await drain(readers, signal);
      return {
        exitCode,
        oomKilled: exitCode === killedStatus && oomSince(this.#pipes.ownerOf(exec.stdout)),
        output: { stdout: readers[0].kept(), stderr: readers[1].kept() },
      };
    } finally {
      for (const reader of readers) reader.close();
    }
  }

  async state(containerId: string, execId: string): Promise<ExecState> {
    const ref = { containerId, execId };
    try {
      const exec = await this.#tasks.get(ref);
      const state = stateOf(exec);
      return state.kind === 'created' && this.#pipes.wasStarted(exec.stdout) ? await this.#settled(ref, exec) : state;
    } catch (error) {
      if (!hasCode(error, 'runtimeNotFound')) throw error;
      this.#pipes.removeOf(containerId, execId); // nobody will write to them any more
      return { kind: 'unknown' };
    }
  }

  async kill(containerId: string, execId: string): Promise<void> {
    const ref = { containerId, execId };
    try {
      const exec = await this.#tasks.get(ref);
      if (exec.pid === 0) return;
      if (stateOf(exec).kind === 'running') await this.#tasks.kill(ref);
      await this.#killSession(containerId, exec.pid);
    } catch (error) {
      if (!hasCode(error, 'runtimeNotFound')) throw error;
    }
  }

  async remove(containerId: string, execId: string): Promise<void> {
    const ref = { containerId, execId };
    try {
      await this.#delete(ref);
    } catch (error) {
      if (hasCode(error, 'runtimeUnavailable')) this.#unremoved.add(ref);
      throw error;
    }
    this.#pipes.removeOf(containerId, execId);
  }

  run(containerId: string, execId: string, argv: readonly string[], options: RunningExec): Promise<TransientEnd> {
    return this.#transient.run({ containerId, execId }, argv, options);
  }

  /**
   * What could not be removed; pipes that an earlier agent made and never used, and those whose exec is gone: it died
   * between the two, or the container was removed. Of these it only looks whether the exec is there: its state is asked,
   * and settled, by who takes it up.
   */
  async removeForgotten(): Promise<void> {
    for (const ref of [...this.#unremoved]) {
      this.#unremoved.delete(ref);
      // What containerd refuses it will refuse again: it is left to the next agent.
      await this.remove(ref.containerId, ref.execId).catch(unlessRefused);
    }
    this.#pipes.removeSpares();
    for (const ref of this.#pipes.earlierOwners()) {
      const isGone = await this.#tasks.get(ref).then(
        () => false,
        (error: unknown) => hasCode(error, 'runtimeNotFound'),
      );
      if (isGone) this.#pipes.removeOf(ref.containerId, ref.execId);
    }
    await this.#transient.removeForgotten();
  }

  /** Ends what only a living agent uses; execs and their pipes stay. */
  close(): void {
    this.#closed = true;
    this.#pipes.close();
    this.#transient.close();
  }

  async #delete(ref: ExecRef): Promise<void> {
    try {
      await this.#tasks.delete(ref);
    } catch (error) {
      if (!hasCode(error, 'runtimeFailed')) throw error;
      // It still runs. Nobody waits for it any more: its outcome is durable.
      await this.kill(ref.containerId, ref.execId);
      await this.#tasks.wait(ref, never).catch(unlessGone);
      await this.#tasks.delete(ref);
    }
  }

  async #start(ref: ExecRef, exec: Process): Promise<void> {
    if (this.#pipes.wasStarted(exec.stdout)) {
      const { kind } = await this.state(ref.containerId, ref.execId);
      if (kind === 'unknown')
        throw new HookletError('runtimeNotFound', `The start of ${ref.execId} did not come to its end; make a new exec`);
      return;
    }
    this.#pipes.markStarted(exec.stdout);
    try {
      await this.#tasks.start(ref);
    } catch (error) {
      // Removed so that nobody starts it again; the words of this failure are what counts.
      if (hasCode(error, 'runtimeFailed')) await this.remove(ref.containerId, ref.execId).catch(() => {});
      throw error;
    }
  }

  /**
   * What became of a start whose answer was lost. The shim goes on with it when the agent dies. When containerd dies it
   * breaks the start off, and may have made the process all the same: then it knows nothing of it, and nobody will ever
   * learn how it ends. It is ended here, so that the next delivery is not a second one beside it.
   */
  async #settled(ref: ExecRef, exec: Process): Promise<ExecState> {
    for (let waitedMs = 0; waitedMs < settleMs; waitedMs += settleStepMs) {
      await sleep(settleStepMs);
      const state = stateOf(await this.#tasks.get(ref));
      if (state.kind !== 'created') return state;
    }
    const init = await this.#tasks.initPid(ref.containerId);
    const pids = (await this.#tasks.pids(ref.containerId)).filter(({ ofKnownExec }) => !ofKnownExec).map(({ pid }) => pid);
    const argv = this.#pipes.ownerOf(exec.stdout)?.argv ?? [];
    for (const lost of injectedInto({ init, argv, pids })) await this.#killSession(ref.containerId, lost);
    await this.remove(ref.containerId, ref.execId);
    return { kind: 'unknown' };
  }

  async #killSession(containerId: string, session: number): Promise<void> {
    for (let round = 0; round < killRounds; round++) {
      const all = await this.#tasks.pids(containerId);
      const own = inSession(
        session,
        all.map(({ pid }) => pid),
      );
      if (own.length === 0) return;
      for (const pid of own) killNow(pid);
      await sleep(killStepMs);
    }
  }
}

/** The container's count of processes killed for want of memory, before the exec. */
function oomCountOf(init: number): Pick<PipeOwner, 'oomFile' | 'oomKills'> {
  const oomFile = oomFileOf(init);
  const oomKills = oomFile === undefined ? undefined : readOomKills(oomFile);
  return oomFile === undefined || oomKills === undefined ? {} : { oomFile, oomKills };
}

/**
 * Whether the count has grown. The kernel counts for the container as a whole: another process of it that was killed
 * at the same time, with a hook that was sent SIGKILL by somebody else, looks the same. False when the container has
 * ended and taken its count with it.
 */
function oomSince(owner: PipeOwner | undefined): boolean {
  const now = owner?.oomFile === undefined ? undefined : readOomKills(owner.oomFile);
  return now !== undefined && now > (owner?.oomKills ?? 0);
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}

/** Its container was removed meanwhile. */
function unlessGone(error: unknown): void {
  if (!hasCode(error, 'runtimeNotFound')) throw error;
}

function unlessRefused(error: unknown): void {
  if (!hasCode(error, 'runtimeFailed')) throw error;
}
