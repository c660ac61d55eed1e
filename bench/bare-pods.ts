/** The life of a Pod by bare calls, one after the other: what nobody can be faster than. */
import { mkdir, rm } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { containerSpec } from '../src/core/container/container-spec.ts';
import { sandboxSpec } from '../src/core/container/sandbox-spec.ts';
import { containerSecurity } from '../src/core/container/security.ts';
import type { Pod } from '../src/model/pod.ts';
import { hasCode } from '../src/ports/hooklet-error.ts';
import type { BenchNode } from './bench-node.ts';

/** Milliseconds each call took. */
export interface BareTimes {
  readonly RunPodSandbox: number;
  readonly CreateContainer: number;
  readonly StartContainer: number;
  readonly execCreate: number;
  readonly execRun: number;
}

export interface BareStopTimes {
  readonly termToExit: number;
  readonly StopPodSandbox: number;
  readonly RemovePodSandbox: number;
}

export interface BarePod {
  readonly pod: Pod;
  readonly sandboxId: string;
  readonly containerId: string;
}

const STOP_RETRY_MS = 50;

export class BarePods {
  readonly #bench: BenchNode;
  readonly #pipesMs: number;
  readonly #living = new Set<string>();

  /** `pipesMs`: the pipes of an exec are no call to the runtime, so that bare calls are given this time to find them made. */
  constructor(bench: BenchNode, { pipesMs }: { readonly pipesMs: number }) {
    this.#bench = bench;
    this.#pipesMs = pipesMs;
  }

  /** Sandbox, container, start, and an exec of `true`, as a postStart hook would be. */
  async start(pod: Pod): Promise<{ readonly made: BarePod; readonly times: BareTimes }> {
    const { node, nativeExec, signal } = this.#bench;
    signal.throwIfAborted();
    await mkdir(this.#logDirectory(pod), { recursive: true });
    nativeExec.prepare();
    await sleep(this.#pipesMs, undefined, { signal });
    const watch = stopwatch();
    const sandboxId = await node.runtime.cri.runPodSandbox(this.#sandboxSpec(pod));
    this.#living.add(sandboxId);
    const RunPodSandbox = watch();
    const containerId = await this.#create(pod, sandboxId, 0);
    const CreateContainer = watch();
    await node.runtime.cri.startContainer(containerId);
    const StartContainer = watch();
    await nativeExec.create(containerId, 'bare', ['true']);
    const execCreate = watch();
    await nativeExec.follow(containerId, 'bare', { start: true, signal });
    const execRun = watch();
    void nativeExec.remove(containerId, 'bare').catch(() => undefined);
    return { made: { pod, sandboxId, containerId }, times: { RunPodSandbox, CreateContainer, StartContainer, execCreate, execRun } };
  }

  /** Kills the container and starts the next instance. */
  async crash({ pod, sandboxId, containerId }: BarePod): Promise<{ readonly made: BarePod; readonly ms: number }> {
    const { node, signals, exitOf } = this.#bench;
    const exited = exitOf(containerId);
    const watch = stopwatch();
    await signals.kill(containerId, 'SIGKILL');
    await exited;
    const next = await this.#create(pod, sandboxId, 1);
    await node.runtime.cri.startContainer(next);
    return { made: { pod, sandboxId, containerId: next }, ms: watch() };
  }

  async stop({ pod, sandboxId, containerId }: BarePod): Promise<BareStopTimes> {
    const { node, signals, exitOf } = this.#bench;
    const exited = exitOf(containerId);
    const watch = stopwatch();
    await signals.kill(containerId, 'SIGTERM');
    await exited;
    const termToExit = watch();
    await this.#stopSandbox(sandboxId);
    const StopPodSandbox = watch();
    await node.runtime.cri.removePodSandbox(sandboxId);
    const RemovePodSandbox = watch();
    this.#living.delete(sandboxId);
    await rm(this.#logDirectory(pod), { recursive: true });
    return { termToExit, StopPodSandbox, RemovePodSandbox };
  }

  /** Whatever an interrupted measurement left. */
  async removeAll(): Promise<void> {
    const { cri } = this.#bench.node.runtime;
    for (const sandboxId of this.#living) {
      await cri.stopPodSandbox(sandboxId);
      await cri.removePodSandbox(sandboxId);
    }
  }

  /**
   * containerd 1.6 fails now and then ("ttrpc: closed") when a container that has just ended is still being put away.
   * It is asked again after a moment; hooklet asks again at once.
   */
  async #stopSandbox(sandboxId: string): Promise<void> {
    const { cri } = this.#bench.node.runtime;
    try {
      await cri.stopPodSandbox(sandboxId);
    } catch (error) {
      if (!hasCode(error, 'runtimeFailed')) throw error;
      await sleep(STOP_RETRY_MS, undefined, { signal: this.#bench.signal });
      await cri.stopPodSandbox(sandboxId);
    }
  }

  #create(pod: Pod, sandboxId: string, restartCount: number): Promise<string> {
    const [container] = pod.spec.containers;
    if (container === undefined) throw new Error(`Pod "${pod.metadata.name}" has no container`);
    const security = containerSecurity(pod, container, { imageUser: undefined, seccompDirectory: '' });
    if ('error' in security) throw new Error(security.error);
    const spec = containerSpec(pod, container, restartCount, { env: new Map(), mounts: [], nodeMemoryBytes: totalmem(), security });
    return this.#bench.node.runtime.cri.createContainer(sandboxId, this.#sandboxSpec(pod), spec);
  }

  #sandboxSpec(pod: Pod) {
    const { cgroupParent } = this.#bench.node.paths;
    return sandboxSpec(pod, 0, { logDirectory: this.#logDirectory(pod), cgroupParent, hostname: pod.metadata.name });
  }

  #logDirectory(pod: Pod): string {
    return join(this.#bench.node.paths.logsDir, pod.metadata.uid);
  }
}

/** Milliseconds since the last time it was asked. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const ms = now - last;
    last = now;
    return ms;
  };
}
