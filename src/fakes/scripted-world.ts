/**
 * What exists in a scripted runtime: sandboxes, containers, their processes. It outlives the agent, as a real runtime
 * does: a second kubelet on the same world finds what the first one left.
 */

import type { ContainerState, SandboxState } from '../core/runtime-state.ts';
import type { Clock } from '../ports/clock.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import type { RuntimeEvent } from '../ports/runtime-events.ts';
import { CallFaults } from './call-faults.ts';
import { type ExecProgram, killedBy, type Program, type Script } from './scripted-programs.ts';
import { after } from './scripted-timers.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface ScriptedContainer {
  readonly state: Mutable<ContainerState>;
  readonly program: Program;
  readonly ended: PromiseWithResolvers<void>;
  forgetTimer: () => void;
}

export interface ScriptedExec {
  readonly containerId: string;
  readonly execId: string;
  readonly program: ExecProgram;
  phase: 'created' | 'running' | 'stopped';
  exitCode: number;
  readonly ended: PromiseWithResolvers<void>;
  forgetTimer: () => void;
}

/** Something that really happened to a process, whatever the journal says of it. */
export interface Deed {
  readonly wallMs: number;
  readonly kind: 'containerStarted' | 'containerEnded' | 'execStarted' | 'execEnded' | 'signalled';
  readonly containerId: string;
  /** The exec's id, or the signal's name. */
  readonly what: string;
}

export class ScriptedWorld {
  readonly clock: Clock;
  readonly script: Script;
  readonly sandboxes = new Map<string, Mutable<SandboxState>>();
  readonly containers = new Map<string, ScriptedContainer>();
  readonly execs = new Map<string, ScriptedExec>();
  readonly listeners = new Set<(event: RuntimeEvent) => void>();
  readonly faults = new CallFaults();
  readonly deeds: Deed[] = [];
  #ids = 0;

  constructor(clock: Clock, script: Script = {}) {
    this.clock = clock;
    this.script = script;
  }

  get calls(): string[] {
    return this.faults.calls;
  }

  nextId(kind: string): string {
    this.#ids += 1;
    return `${kind}-${this.#ids}`;
  }

  container(id: string): ScriptedContainer {
    const found = this.containers.get(id);
    if (found === undefined) throw new HookletError('runtimeNotFound', `Cannot find container "${id}"`);
    return found;
  }

  start(container: ScriptedContainer): void {
    const { state, program } = container;
    if (program.startError !== undefined) {
      Object.assign(state, { phase: 'exited', exitCode: 128, reason: 'StartError', finishedAtMs: this.clock.now().wallMs });
      container.ended.resolve();
      throw new HookletError('runtimeFailed', program.startError);
    }
    if (state.phase !== 'created') throw new HookletError('runtimeFailed', `Cannot start container "${state.id}": it is ${state.phase}`);
    Object.assign(state, { phase: 'running', startedAtMs: this.clock.now().wallMs });
    this.#did('containerStarted', state.id);
    if (program.endsAfterMs !== undefined)
      container.forgetTimer = after(this.clock, program.endsAfterMs, () => this.end(container, program.exitCode ?? 0));
  }

  signal(container: ScriptedContainer, signal: string): void {
    if (container.state.phase !== 'running') return;
    this.#did('signalled', container.state.id, signal);
    if (container.program.stuck === true) return;
    const effect = signal === 'SIGKILL' ? undefined : container.program.onSignal?.[signal];
    if (effect === 'ignored') return;
    if (effect === undefined) return this.end(container, killedBy(signal));
    container.forgetTimer();
    container.forgetTimer = after(this.clock, effect.afterMs, () => this.end(container, effect.exitCode));
  }

  /** The first process is gone, and with it its PID namespace: every exec dies too, and a moment before it is told. */
  end(container: ScriptedContainer, exitCode: number, reason = exitCode === 0 ? 'Completed' : 'Error'): void {
    const { state, program } = container;
    if (state.phase !== 'running') return;
    container.forgetTimer();
    for (const exec of this.execs.values()) if (exec.containerId === state.id) this.endExec(exec, killedBy('SIGKILL'));
    if (program.reapedAfterMs === undefined) this.#reap(container, exitCode, reason);
    else container.forgetTimer = after(this.clock, program.reapedAfterMs, () => this.#reap(container, exitCode, reason));
  }

  #reap(container: ScriptedContainer, exitCode: number, reason: string): void {
    const { state } = container;
    Object.assign(state, { phase: 'exited', exitCode, reason, finishedAtMs: this.clock.now().wallMs });
    this.#did('containerEnded', state.id);
    container.ended.resolve();
    this.tell({ kind: 'containerExited', containerId: state.id, exitCode });
  }

  makeExec(containerId: string, execId: string, argv: readonly string[]): ScriptedExec {
    const { state } = this.container(containerId);
    const key = `${containerId}/${execId}`;
    if (this.execs.has(key)) throw new HookletError('runtimeAlreadyExists', `Cannot make exec "${execId}": it exists`);
    if (state.phase !== 'running') throw new HookletError('runtimeFailed', `Cannot exec in container "${containerId}": it is not running`);
    const program = this.script.exec?.(argv, state.name) ?? { takesMs: 0 };
    const exec: ScriptedExec = {
      containerId,
      execId,
      program,
      phase: 'created',
      exitCode: 0,
      ended: Promise.withResolvers<void>(),
      forgetTimer: () => {},
    };
    this.execs.set(key, exec);
    return exec;
  }

  startExec(exec: ScriptedExec): void {
    const { containerId, execId } = exec;
    const { takesMs, exitCode, endsContainerWith, startError } = exec.program;
    if (startError !== undefined) {
      this.execs.delete(`${containerId}/${execId}`);
      throw new HookletError('runtimeFailed', startError);
    }
    if (this.containers.get(containerId)?.state.phase !== 'running')
      throw new HookletError('runtimeFailed', `Cannot start exec "${execId}": its container is not running`);
    exec.phase = 'running';
    this.#did('execStarted', containerId, execId);
    if (takesMs === undefined) return;
    exec.forgetTimer = after(this.clock, takesMs, () => {
      this.endExec(exec, exitCode ?? 0);
      if (endsContainerWith !== undefined) this.end(this.container(containerId), endsContainerWith);
    });
  }

  endExec(exec: ScriptedExec, exitCode: number): void {
    if (exec.phase !== 'running') return;
    exec.forgetTimer();
    exec.phase = 'stopped';
    exec.exitCode = exitCode;
    this.#did('execEnded', exec.containerId, exec.execId);
    exec.ended.resolve();
  }

  /** The container and what was made in it. */
  forget(containerId: string): void {
    const container = this.containers.get(containerId);
    if (container === undefined) return;
    this.end(container, killedBy('SIGKILL'));
    this.containers.delete(containerId);
    for (const [key, exec] of this.execs) if (exec.containerId === containerId) this.execs.delete(key);
  }

  /** The machine went down: nothing runs, execs are gone, sandboxes and containers are remembered as ended. */
  reboot(): void {
    for (const container of this.containers.values()) {
      container.forgetTimer();
      if (container.state.phase === 'running') Object.assign(container.state, { phase: 'exited', exitCode: 255, reason: 'Unknown' });
    }
    for (const exec of this.execs.values()) exec.forgetTimer();
    this.execs.clear();
    for (const sandbox of this.sandboxes.values()) sandbox.ready = false;
  }

  tell(event: RuntimeEvent): void {
    for (const listener of [...this.listeners]) listener(event);
  }

  #did(kind: Deed['kind'], containerId: string, what = ''): void {
    this.deeds.push({ wallMs: this.clock.now().wallMs, kind, containerId, what });
  }
}
