/** containerd's Tasks service, as far as execs need it: one method a call, nothing remembered. */
import { constants } from 'node:os';
import type { ExecState } from '../core/runtime-state.ts';
import { HookletError, hasCode } from '../ports/hooklet-error.ts';
import type { RpcChannel } from '../ports/rpc-channel.ts';
import { callDeadlineMs, kubernetesNamespace } from './containerd-content.ts';
import { ContainersDefinition } from './gen/containerd-containers.ts';
import { type Process, Status, TasksDefinition } from './gen/containerd-tasks.ts';

const call = { service: TasksDefinition, deadlineMs: callDeadlineMs, headers: kubernetesNamespace } as const;
const processType = 'types.containerd.io/opencontainers/runtime-spec/1/Process';

export interface ExecRef {
  readonly containerId: string;
  readonly execId: string;
}

export interface NewExec extends ExecRef {
  readonly argv: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
}

export class ExecTasks {
  readonly #channel: RpcChannel;

  constructor(channel: RpcChannel) {
    this.#channel = channel;
  }

  /** The process of the container's own specification: its user, environment, directory and rights. */
  async processSpec(containerId: string): Promise<Readonly<Record<string, unknown>>> {
    const request = { id: containerId };
    const { container } = await this.#channel.unary({ ...call, service: ContainersDefinition, method: 'get', request });
    const spec: unknown = JSON.parse(Buffer.from(container?.spec?.value ?? []).toString('utf8'));
    if (typeof spec !== 'object' || spec === null || !('process' in spec) || typeof spec.process !== 'object' || spec.process === null) {
      throw new HookletError('runtimeFailed', `The container ${containerId} has no process in its specification`);
    }
    return spec.process as Record<string, unknown>;
  }

  /** The container's first process as the host numbers it. Rejects with `runtimeNotFound` when it does not run. */
  async initPid(containerId: string): Promise<number> {
    const { process } = await this.#channel.unary({ ...call, method: 'get', request: { containerId } });
    return process?.pid ?? 0;
  }

  async create(exec: NewExec, processSpec: Readonly<Record<string, unknown>>): Promise<void> {
    const { containerId, execId, stdout, stderr } = exec;
    const value = Buffer.from(JSON.stringify({ ...processSpec, args: exec.argv, terminal: false }));
    await this.#channel.unary({
      ...call,
      method: 'exec',
      request: { containerId, execId, stdout, stderr, spec: { typeUrl: processType, value } },
    });
  }

  async get(exec: ExecRef, signal?: AbortSignal): Promise<Process> {
    const { process } = await this.#channel.unary({ ...call, method: 'get', request: exec, ...(signal === undefined ? {} : { signal }) });
    if (process === undefined) throw new HookletError('runtimeNotFound', `containerd does not know the exec ${exec.execId}`);
    return process;
  }

  async start(exec: ExecRef): Promise<void> {
    await this.#channel.unary({ ...call, method: 'start', request: exec });
  }

  /** The exit code, once the process has ended. Without a deadline: how long a process runs is its own affair. */
  async wait(exec: ExecRef, signal: AbortSignal): Promise<number> {
    const { exitStatus } = await this.#channel.unary({ ...call, method: 'wait', request: exec, deadlineMs: 'none', signal });
    return exitStatus;
  }

  async kill(exec: ExecRef): Promise<void> {
    await orGone(this.#channel.unary({ ...call, method: 'kill', request: { ...exec, signal: constants.signals.SIGKILL } }));
  }

  async delete(exec: ExecRef): Promise<void> {
    await orGone(this.#channel.unary({ ...call, method: 'deleteProcess', request: exec }));
  }

  /** Everything that runs in the container. */
  async pids(containerId: string): Promise<readonly { readonly pid: number; readonly ofKnownExec: boolean }[]> {
    const reply = await orGone(this.#channel.unary({ ...call, method: 'listPids', request: { containerId } }));
    return (reply?.processes ?? []).map(({ pid, info }) => ({ pid, ofKnownExec: info !== undefined }));
  }
}

export function stateOf(process: Process): ExecState {
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
