/** Native execs on a scripted world: known by their id, alive without the agent. */

import type { ExecState } from '../core/runtime-state.ts';
import type { ExecEnd, ExecProcesses, RunningExec, TransientEnd } from '../ports/exec-processes.ts';
import type { KeptStream } from '../ports/hook-output.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import { killedBy } from './scripted-programs.ts';
import type { ScriptedExec, ScriptedWorld } from './scripted-world.ts';

export class ScriptedExecs implements ExecProcesses {
  readonly #world: ScriptedWorld;

  constructor(world: ScriptedWorld) {
    this.#world = world;
  }

  prepare(): void {}

  async create(containerId: string, execId: string, argv: readonly string[]): Promise<void> {
    const { name } = this.#world.container(containerId).state;
    this.#world.faults.call('exec', `${name} ${execId}: ${argv.join(' ')}`, () => this.#world.makeExec(containerId, execId, argv));
  }

  async follow(containerId: string, execId: string, options: { readonly start: boolean; readonly signal: AbortSignal }): Promise<ExecEnd> {
    const exec = this.#exec(containerId, execId);
    const { program } = exec;
    options.signal.throwIfAborted();
    this.#world.faults.call('follow', `${containerId} ${execId}`, () => {
      if (options.start && exec.phase === 'created') this.#world.startExec(exec);
    });
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(options.signal.reason);
    options.signal.addEventListener('abort', onAbort, { once: true });
    try {
      if (exec.phase !== 'stopped') await Promise.race([exec.ended.promise, aborted.promise]);
    } finally {
      options.signal.removeEventListener('abort', onAbort);
    }
    return { exitCode: exec.exitCode, oomKilled: false, output: { stdout: kept(program.stdout), stderr: kept(program.stderr) } };
  }

  async state(containerId: string, execId: string): Promise<ExecState> {
    const exec = this.#world.execs.get(`${containerId}/${execId}`);
    if (exec === undefined) return { kind: 'unknown' };
    return exec.phase === 'stopped' ? { kind: 'stopped', exitCode: exec.exitCode } : { kind: exec.phase };
  }

  async kill(containerId: string, execId: string): Promise<void> {
    this.#world.faults.call('killExec', `${containerId} ${execId}`, () => {
      const exec = this.#world.execs.get(`${containerId}/${execId}`);
      if (exec !== undefined) this.#world.endExec(exec, killedBy('SIGKILL'));
    });
  }

  async remove(containerId: string, execId: string): Promise<void> {
    this.#world.faults.call('removeExec', `${containerId} ${execId}`, () => {
      const exec = this.#world.execs.get(`${containerId}/${execId}`);
      if (exec !== undefined) this.#world.endExec(exec, killedBy('SIGKILL'));
      this.#world.execs.delete(`${containerId}/${execId}`);
    });
  }

  async removeForgotten(): Promise<void> {}

  async run(containerId: string, execId: string, argv: readonly string[], { signal, onStarted }: RunningExec): Promise<TransientEnd> {
    signal.throwIfAborted();
    const { name } = this.#world.container(containerId).state;
    const exec = this.#world.faults.call('runExec', `${name} ${execId}: ${argv.join(' ')}`, () => {
      const made = this.#world.makeExec(containerId, execId, argv);
      this.#world.startExec(made);
      return made;
    });
    onStarted?.();
    const onAbort = (): void => this.#world.endExec(exec, killedBy('SIGKILL'));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await exec.ended.promise;
      signal.throwIfAborted();
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#world.execs.delete(`${containerId}/${execId}`);
    }
    const { stdout = '', stderr = '' } = exec.program;
    return { exitCode: exec.exitCode, output: Buffer.from(stdout + stderr).subarray(0, 10 * 1024) };
  }

  #exec(containerId: string, execId: string): ScriptedExec {
    const exec = this.#world.execs.get(`${containerId}/${execId}`);
    if (exec === undefined) throw new HookletError('runtimeNotFound', `Cannot find exec "${execId}" in container "${containerId}"`);
    return exec;
  }
}

const kept = (text = ''): KeptStream => ({ head: Buffer.from(text), tail: Buffer.alloc(0), cutBytes: 0 });
