/**
 * Processes in containers by containerd's Tasks service: they belong to the shim, not to a call of ours, and so outlive
 * the agent and containerd. Holds nothing that a later agent would need: the shim knows the state, exit code and pipes
 * of every exec until it is deleted.
 *
 * 1. An exec ends when its own process ends (`Wait`), however long a child of its own holds the pipes.
 * 2. Its output is complete when both pipes are at their end. If a child holds them, it is what had been written when
 *    the process ended: at most `inFlightBytes` can be on their way, and a pause of `quietMs` shows that none are.
 * 3. The reading ends of the pipes are open before the process starts, so it can not fail or hang for want of a reader.
 * 4. An exec is started at most once: a second Start of one whose first has failed makes the shim of containerd 1.6
 *    panic, and with it ends every container of the Pod. That a start was tried is therefore written down before it.
 * 5. Nothing here decides what an outcome means, and nothing that has one is deleted before `remove()`.
 */
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecState } from '../core/runtime-state.ts';
import type { ExecEnd, ExecProcesses } from '../ports/exec-processes.ts';
import { HookletError, hasCode } from '../ports/hooklet-error.ts';
import type { RpcChannel } from '../ports/rpc-channel.ts';
import { callDeadlineMs, kubernetesNamespace } from './containerd-content.ts';
import { drain } from './drain.ts';
import { ExecPipes } from './exec-pipes.ts';
import { FifoReader } from './fifo-reader.ts';
import { ContainersDefinition } from './gen/containerd-containers.ts';
import { type Process, Status, TasksDefinition } from './gen/containerd-tasks.ts';
import { oomFileOf, readOomKills } from './oom-counter.ts';
import { inSession, injectedInto } from './process-session.ts';

const call = { service: TasksDefinition, deadlineMs: callDeadlineMs, headers: kubernetesNamespace } as const;
const processType = 'types.containerd.io/opencontainers/runtime-spec/1/Process';
/** The shim does not tell the state of an exec while it starts it; this is for a request that is still on its way to it. */
const settleMs = 300;
const settleStepMs = 50;
/** 128 + SIGKILL, as the shim reports it. */
const killedStatus = 137;

export class ContainerdExec implements ExecProcesses {
  readonly #channel: RpcChannel;
  readonly #pipes: ExecPipes;
  #swept = false;

  /** `pipesDir` is private to this hooklet and gone after a reboot. */
  constructor(channel: RpcChannel, pipesDir: string) {
    this.#channel = channel;
    this.#pipes = new ExecPipes(pipesDir);
  }

  prepare(): void {
    if (!this.#swept) {
      this.#swept = true;
      this.#pipes.removeSpares();
      void this.#removeForgotten(this.#pipes.owners());
    }
    this.#pipes.prepare();
  }

  async create(containerId: string, execId: string, argv: readonly string[]): Promise<void> {
    const [spec, init] = await Promise.all([this.#processSpec(containerId), this.#channel.unary({ ...call, method: 'get', request: { containerId } })]);
    const oomFile = oomFileOf(init.process?.pid ?? 0);
    const oomKills = oomFile === undefined ? undefined : readOomKills(oomFile);
    const { stdout, stderr } = await this.#pipes.take({ containerId, execId, argv, ...(oomFile === undefined || oomKills === undefined ? {} : { oomFile, oomKills }) });
    const value = Buffer.from(JSON.stringify({ ...spec, args: argv, terminal: false }));
    const request = { containerId, execId, stdout, stderr, spec: { typeUrl: processType, value } };
    try {
      await this.#channel.unary({ ...call, method: 'exec', request });
    } catch (error) {
      // Without an answer the exec may exist and own the pipes: `removeForgotten` looks after them later.
      if (!hasCode(error, 'runtimeUnavailable')) this.#pipes.removeOf(containerId, execId);
      throw error;
    }
  }

  async follow(containerId: string, execId: string, options: { readonly start: boolean; readonly signal: AbortSignal }): Promise<ExecEnd> {
    const { signal } = options;
    const exec = await this.#get(containerId, execId, signal);
    const owner = this.#pipes.ownerOf(exec.stdout);
    const readers = [new FifoReader(exec.stdout), new FifoReader(exec.stderr)] as const;
    try {
      if (options.start) await this.#start(containerId, exec);
      for (const reader of readers) reader.start();
      const request = { containerId, execId };
      const { exitStatus } = await this.#channel.unary({ ...call, method: 'wait', request, deadlineMs: 'none', signal });
      await drain(readers, signal);
      const oomKills = owner?.oomFile === undefined ? undefined : readOomKills(owner.oomFile);
      return {
        exitCode: exitStatus,
        oomKilled: exitStatus === killedStatus && oomKills !== undefined && oomKills > (owner?.oomKills ?? 0),
        output: { stdout: readers[0].kept(), stderr: readers[1].kept() },
      };
    } finally {
      for (const reader of readers) reader.close();
    }
  }

  async state(containerId: string, execId: string): Promise<ExecState> {
    try {
      const exec = await this.#get(containerId, execId);
      const state = stateOf(exec);
      return state.kind === 'created' && this.#pipes.wasStarted(exec.stdout) ? await this.#settled(containerId, exec) : state;
    } catch (error) {
      if (hasCode(error, 'runtimeNotFound')) return { kind: 'unknown' };
      throw error;
    }
  }

  async kill(containerId: string, execId: string): Promise<void> {
    try {
      const { pid, status } = await this.#get(containerId, execId);
      if (pid === 0) return;
      if (status === Status.RUNNING) {
        const request = { containerId, execId, signal: constants.signals.SIGKILL };
        await orGone(this.#channel.unary({ ...call, method: 'kill', request }));
      }
      await this.#killSession(containerId, pid);
    } catch (error) {
      if (!hasCode(error, 'runtimeNotFound')) throw error;
    }
  }

  async remove(containerId: string, execId: string): Promise<void> {
    const request = { containerId, execId };
    try {
      await orGone(this.#channel.unary({ ...call, method: 'deleteProcess', request }));
    } catch (error) {
      if (!hasCode(error, 'runtimeFailed')) throw error;
      // It still runs. Nobody waits for it any more: its outcome is durable.
      await this.kill(containerId, execId);
      await orGone(this.#channel.unary({ ...call, method: 'wait', request }));
      await orGone(this.#channel.unary({ ...call, method: 'deleteProcess', request }));
    }
    this.#pipes.removeOf(containerId, execId);
  }

  /** Ends what only a living agent uses; execs and their pipes stay. */
  close(): void {
    this.#pipes.close();
  }

  /** The process of the container's own specification: its user, environment, directory and rights. */
  async #processSpec(containerId: string): Promise<Readonly<Record<string, unknown>>> {
    const request = { id: containerId };
    const { container } = await this.#channel.unary({ ...call, service: ContainersDefinition, method: 'get', request });
    const spec: unknown = JSON.parse(Buffer.from(container?.spec?.value ?? []).toString('utf8'));
    if (typeof spec !== 'object' || spec === null || !('process' in spec) || typeof spec.process !== 'object' || spec.process === null) {
      throw new HookletError('runtimeFailed', `The container ${containerId} has no process in its specification`);
    }
    return spec.process as Record<string, unknown>;
  }

  async #get(containerId: string, execId: string, signal?: AbortSignal): Promise<Process> {
    const request = { containerId, execId };
    const { process } = await this.#channel.unary({ ...call, method: 'get', request, ...(signal === undefined ? {} : { signal }) });
    if (process === undefined) throw new HookletError('runtimeNotFound', `containerd does not know the exec ${execId}`);
    return process;
  }

  async #start(containerId: string, exec: Process): Promise<void> {
    const request = { containerId, execId: exec.id };
    if (this.#pipes.wasStarted(exec.stdout)) {
      const { kind } = await this.state(containerId, exec.id);
      if (kind === 'unknown') throw new HookletError('runtimeNotFound', `The start of ${exec.id} did not come to its end; make a new exec`);
      return;
    }
    this.#pipes.markStarted(exec.stdout);
    try {
      await this.#channel.unary({ ...call, method: 'start', request });
    } catch (error) {
      // Deleted so that nobody starts it again. The words of the first failure are what counts.
      if (hasCode(error, 'runtimeFailed')) await this.#channel.unary({ ...call, method: 'deleteProcess', request }).catch(() => {});
      throw error;
    }
  }

  /**
   * What became of a start whose answer was lost. The shim goes on with it when the agent dies. When containerd dies it
   * breaks the start off, and may have made the process all the same: then it knows nothing of it, and nobody will ever
   * learn how it ends. It is ended here, so that the next delivery is not a second one beside it.
   */
  async #settled(containerId: string, exec: Process): Promise<ExecState> {
    for (let waitedMs = 0; waitedMs < settleMs; waitedMs += settleStepMs) {
      await sleep(settleStepMs);
      const state = stateOf(await this.#get(containerId, exec.id));
      if (state.kind !== 'created') return state;
    }
    const { process: init } = await this.#channel.unary({ ...call, method: 'get', request: { containerId } });
    const { processes } = await this.#channel.unary({ ...call, method: 'listPids', request: { containerId } });
    const pids = processes.filter(({ info }) => info === undefined).map(({ pid }) => pid);
    const argv = this.#pipes.ownerOf(exec.stdout)?.argv ?? [];
    for (const lost of injectedInto({ init: init?.pid ?? 0, argv, pids })) await this.#killSession(containerId, lost);
    await this.remove(containerId, exec.id);
    return { kind: 'unknown' };
  }

  async #killSession(containerId: string, session: number): Promise<void> {
    for (let round = 0; round < 50; round++) {
      const reply = await orGone(this.#channel.unary({ ...call, method: 'listPids', request: { containerId } }));
      const pids = inSession(session, (reply?.processes ?? []).map((process) => process.pid));
      if (pids.length === 0) return;
      for (const pid of pids) killNow(pid);
      await sleep(5);
    }
  }

  /** Pipes whose exec is gone: the agent died between the two, or the container was removed. */
  async #removeForgotten(owners: readonly { readonly containerId: string; readonly execId: string }[]): Promise<void> {
    for (const { containerId, execId } of owners) {
      const state = await this.state(containerId, execId).catch(() => undefined);
      if (state?.kind === 'unknown') this.#pipes.removeOf(containerId, execId);
    }
  }
}

function stateOf(process: Process): ExecState {
  switch (process.status) {
    case Status.CREATED:
      return { kind: 'created' };
    case Status.RUNNING:
    case Status.PAUSED:
    case Status.PAUSING:
      return { kind: 'running' };
    case Status.STOPPED:
      return { kind: 'stopped', exitCode: process.exitStatus };
    default:
      return { kind: 'unknown' };
  }
}

/** An exec or a container that is gone needs neither signal nor deletion. */
async function orGone<T>(pending: Promise<T>): Promise<T | undefined> {
  try {
    return await pending;
  } catch (error) {
    if (hasCode(error, 'runtimeNotFound')) return undefined;
    throw error;
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}
