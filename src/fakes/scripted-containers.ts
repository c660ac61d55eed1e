/** CRI on a scripted world. */

import type { ContainerSpec, SandboxSpec, UserSpec } from '../core/runtime-spec.ts';
import type { ContainerState, SandboxState } from '../core/runtime-state.ts';
import type { ContainerRuntime, ExecSyncResult, RuntimeFeatures, RuntimeStream } from '../ports/container-runtime.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import { type CallFault, killedBy } from './scripted-programs.ts';
import { after } from './scripted-timers.ts';
import type { ScriptedWorld } from './scripted-world.ts';

export class ScriptedContainers implements ContainerRuntime {
  readonly #world: ScriptedWorld;
  readonly #pulled = new Set<string>();
  #pulls = 0;

  constructor(world: ScriptedWorld) {
    this.#world = world;
  }

  fail(fault: CallFault): void {
    this.#world.faults.add(fault);
  }

  async version(): Promise<{ readonly name: string; readonly version: string }> {
    return { name: 'scripted', version: '1' };
  }

  async features(): Promise<RuntimeFeatures> {
    return { strictGroups: this.#world.script.strictGroups === true };
  }

  async listSandboxes(uid?: string): Promise<readonly SandboxState[]> {
    return [...this.#world.sandboxes.values()]
      .filter((sandbox) => uid === undefined || sandbox.uid === uid)
      .map((sandbox) => ({ ...sandbox }))
      .reverse();
  }

  async listContainers(uid?: string): Promise<readonly ContainerState[]> {
    return [...this.#world.containers.values()]
      .filter(({ state }) => uid === undefined || state.uid === uid)
      .map(({ state }) => ({ ...state }))
      .reverse();
  }

  async runPodSandbox(spec: SandboxSpec): Promise<string> {
    return this.#call('runPodSandbox', `${spec.name}/${spec.attempt}`, () => {
      const taken = [...this.#world.sandboxes.values()].some(({ uid, attempt }) => uid === spec.uid && attempt === spec.attempt);
      if (taken)
        throw new HookletError('runtimeNameReserved', `Cannot make sandbox ${spec.attempt} of Pod "${spec.name}": its name is reserved`);
      const id = this.#world.nextId('sandbox');
      const { uid, namespace, name, attempt, annotations } = spec;
      this.#world.sandboxes.set(id, {
        id,
        uid,
        namespace,
        name,
        attempt,
        ready: true,
        createdAtMs: this.#now(),
        ip: '10.88.0.2',
        annotations,
      });
      return id;
    });
  }

  async stopPodSandbox(sandboxId: string): Promise<void> {
    return this.#call('stopPodSandbox', sandboxId, () => {
      const sandbox = this.#world.sandboxes.get(sandboxId);
      if (sandbox !== undefined) sandbox.ready = false;
      for (const container of this.#world.containers.values())
        if (container.state.sandboxId === sandboxId) this.#world.signal(container, 'SIGKILL');
    });
  }

  async removePodSandbox(sandboxId: string): Promise<void> {
    return this.#call('removePodSandbox', sandboxId, () => {
      this.#world.sandboxes.delete(sandboxId);
      for (const { state } of [...this.#world.containers.values()]) if (state.sandboxId === sandboxId) this.#world.forget(state.id);
    });
  }

  async createContainer(sandboxId: string, _sandbox: SandboxSpec, spec: ContainerSpec): Promise<string> {
    return this.#call('createContainer', `${spec.name}/${spec.restartCount}`, () => {
      const sandbox = this.#world.sandboxes.get(sandboxId);
      if (sandbox === undefined) throw new HookletError('runtimeNotFound', `Cannot find sandbox "${sandboxId}"`);
      const { name, restartCount, annotations } = spec;
      const taken = [...this.#world.containers.values()].some(
        ({ state }) => state.sandboxId === sandboxId && state.name === name && state.restartCount === restartCount,
      );
      if (taken) throw new HookletError('runtimeNameReserved', `Cannot make container "${name}": its name is reserved`);
      const id = this.#world.nextId(name);
      const state = {
        id,
        uid: sandbox.uid,
        sandboxId,
        name,
        restartCount,
        phase: 'created' as const,
        createdAtMs: this.#now(),
        annotations,
      };
      const program = this.#world.script.program?.(name, restartCount) ?? {};
      this.#world.containers.set(id, {
        state: { ...state, startedAtMs: 0, finishedAtMs: 0, exitCode: 0, reason: '', message: '' },
        program,
        ended: Promise.withResolvers<void>(),
        forgetTimer: () => {},
      });
      return id;
    });
  }

  async startContainer(containerId: string): Promise<void> {
    const container = this.#world.container(containerId);
    return this.#call('startContainer', `${container.state.name}/${container.state.restartCount}`, () => this.#world.start(container));
  }

  async stopContainer(containerId: string, timeoutSeconds: number): Promise<void> {
    const world = this.#world;
    const container = world.containers.get(containerId);
    await this.#call('stopContainer', `${container?.state.name ?? containerId} ${timeoutSeconds}`, async () => {
      if (container?.state.phase !== 'running') return;
      const kill = (): void =>
        container.program.stuck === true ? world.end(container, killedBy('SIGKILL')) : world.signal(container, 'SIGKILL');
      if (timeoutSeconds === 0) return kill();
      world.signal(container, world.script.stopSignal ?? 'SIGTERM');
      const forget = after(world.clock, timeoutSeconds * 1000, kill);
      await container.ended.promise;
      forget();
    });
  }

  async removeContainer(containerId: string): Promise<void> {
    return this.#call('removeContainer', containerId, () => this.#world.forget(containerId));
  }

  async imageId(image: string): Promise<string | undefined> {
    const { images } = this.#world.script;
    return images === undefined || images.includes(image) || this.#pulled.has(image) ? `id of ${image}` : undefined;
  }

  async imageUser(image: string): Promise<UserSpec | undefined> {
    return (await this.imageId(image)) === undefined ? undefined : (this.#world.script.imageUser ?? { uid: 0 });
  }

  async listImages(): Promise<readonly { readonly id: string; readonly tags: readonly string[]; readonly sizeBytes: number }[]> {
    return [...(this.#world.script.images ?? []), ...this.#pulled].map((image) => ({ id: `id of ${image}`, tags: [image], sizeBytes: 1 }));
  }

  async pullImage(image: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#pulls += 1;
    const pull = this.#world.script.pull?.(image, this.#pulls) ?? { error: `Cannot pull "${image}": no registry in this world` };
    const pulled = this.#call('pullImage', image, async () => {
      if (pull.takesMs !== undefined) await new Promise<void>((resolve) => after(this.#world.clock, pull.takesMs ?? 0, resolve));
      if (pull.error !== undefined) throw new HookletError('runtimeFailed', pull.error);
      this.#pulled.add(image);
    });
    await Promise.race([pulled, abortOf(signal)]);
  }

  async execSync(containerId: string, argv: readonly string[], signal: AbortSignal, timeoutSeconds = 0): Promise<ExecSyncResult> {
    const world = this.#world;
    const { name } = world.container(containerId).state;
    const exec = this.#call('execSync', `${name}: ${argv.join(' ')}`, () => {
      const made = world.makeExec(containerId, world.nextId('sync'), argv);
      world.startExec(made);
      return made;
    });
    const timedOut = Promise.withResolvers<never>();
    const forget = timeoutSeconds === 0 ? () => {} : after(world.clock, timeoutSeconds * 1000, () => timedOut.reject(execTimeout()));
    // However its caller ends, its process does.
    const done = Promise.race([exec.ended.promise, abortOf(signal), timedOut.promise]);
    await done.finally(() => {
      forget();
      world.endExec(exec, killedBy('SIGKILL'));
    });
    const { stdout = '', stderr = '' } = exec.program;
    return { exitCode: exec.exitCode, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
  }

  /** A URL that says what was asked; who listens there is the test's own business. */
  async streamUrl(stream: RuntimeStream): Promise<URL> {
    const of = stream.kind === 'portforward' ? stream.sandboxId : stream.containerId;
    return this.#call('streamUrl', `${stream.kind} ${of}`, () => {
      if (stream.kind === 'portforward') {
        if (this.#world.sandboxes.get(of)?.ready !== true) throw new HookletError('runtimeNotFound', `Cannot find sandbox "${of}"`);
      } else {
        const { phase } = this.#world.container(of).state;
        if (phase !== 'running') throw new HookletError('runtimeFailed', `Container "${of}" is ${phase}`);
      }
      return new URL(`/${stream.kind}/${this.#world.nextId('token')}`, this.#world.script.streamServer ?? 'http://127.0.0.1:1');
    });
  }

  readonly #now = (): number => this.#world.clock.now().wallMs;

  #call<T>(method: string, what: string, work: () => T): T {
    return this.#world.faults.call(method, what, work);
  }
}

const execTimeout = (): HookletError => new HookletError('runtimeUnavailable', 'The container runtime did not answer ExecSync: timeout');

const abortOf = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
