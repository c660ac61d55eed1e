/** The runtime with everything around it: hooklet's own containerd, supervised, or one that is there already. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../ports/clock.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { HostPaths } from '../ports/host-paths.ts';
import type { LeftoverSweep } from '../ports/leftover-sweep.ts';
import { type Logger, SILENT_LOGGER } from '../ports/logger.ts';
import type { NodeOptions } from '../ports/open-node.ts';
import type { RpcChannel } from '../ports/rpc-channel.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { RuntimeSupervisor } from '../ports/runtime-supervisor.ts';
import { logRuntimeEvents } from './log-runtime-events.ts';
import { socketOf } from './runtime-endpoint.ts';

export interface OpenRuntime {
  readonly runtime: Runtime;
  readonly clock: Clock;
  /** It was there before. */
  readonly found: boolean;
  /** Containers of it live, or may: only hooklet's own can be told to have none. */
  hasContainers(): boolean;
  readonly sweep?: LeftoverSweep;
  close(stop: boolean): Promise<void>;
}

/** Brings the runtime up, or connects to the one that is named. Throws `hostLacks`; then nothing was left running. */
export async function openRuntime(options: NodeOptions, paths: HostPaths): Promise<OpenRuntime> {
  const clock = await systemClock();
  if (options.runtimeEndpoint !== undefined) {
    const runtime = await connectRuntime(socketOf(options.runtimeEndpoint), paths, 'foreign');
    return { runtime, clock, found: true, hasContainers: () => true, close: async () => runtime.close() };
  }
  const runtime = await connectRuntime(paths.containerdSocket, paths, 'own');
  const onStart = (): void => options.onProgress?.('starting containerd');
  const { supervisor, sweep, hasContainers } = await supervise(runtime, { paths, clock, subnet: options.subnet, onStart });
  logRuntimeEvents(supervisor, options.logger ?? SILENT_LOGGER, paths.containerdLogFile);
  dropLostLeases(runtime, supervisor, clock, options.logger ?? SILENT_LOGGER);
  try {
    const { found } = await supervisor.ensureRunning();
    return { runtime, clock, found, hasContainers, sweep, close: (stop) => endRuntime(runtime, supervisor, stop) };
  } catch (error) {
    await endRuntime(runtime, supervisor, false);
    throw error;
  }
}

/** A call that its containerd did not survive gives nothing back: the next containerd is told to, for what is older than it. */
function dropLostLeases(runtime: Runtime, supervisor: RuntimeSupervisor, clock: Clock, logger: Logger): void {
  const drop = (beforeMs: number): void => {
    runtime.leases
      ?.dropBefore(beforeMs)
      .catch((error: unknown) => logger.warn('leases of lost calls stay for a day', { error: messageOf(error) }));
  };
  const openedAtMs = clock.now().wallMs;
  supervisor.onEvent((event) => {
    if (event.kind === 'restarted') drop(clock.now().wallMs - event.downMs);
  });
  supervisor.ensureRunning().then(
    ({ found }) => found || drop(openedAtMs),
    () => undefined,
  );
}

async function endRuntime(runtime: Runtime, supervisor: RuntimeSupervisor, stop: boolean): Promise<void> {
  try {
    if (stop) await supervisor.stop();
    else supervisor.leave();
  } finally {
    runtime.close();
  }
}

/** CRI and, where the runtime is a containerd, its own services on the same channel. */
export async function connectRuntime(socket: string, paths: HostPaths, whose: 'own' | 'foreign'): Promise<Runtime> {
  const [{ GrpcChannel }, { CriRuntime }, containerd] = await Promise.all([
    import('../grpc/grpc-channel.ts'),
    import('../cri/cri-runtime.ts'),
    loadContainerd(),
  ]);
  const channel = new GrpcChannel(socket);
  const cri = new CriRuntime(channel, paths.instanceId);
  if (whose === 'foreign' && !(await isContainerd(channel, containerd.offersContainerd))) return { cri, close: () => channel.close() };
  const nativeExec = new containerd.ContainerdExec(channel, join(paths.runDir, 'pipes'));
  return {
    cri,
    nativeExec,
    signals: new containerd.ContainerdSignals(channel),
    events: new containerd.ContainerdEvents(channel, await systemClock()),
    // What others' calls hold in a runtime that is not ours is not ours to give back.
    ...(whose === 'own' ? { leases: new containerd.ContainerdLeases(channel) } : {}),
    imageImport: new containerd.ContainerdImages(channel, async (name) => (await cri.imageId(name)) !== undefined),
    close: () => {
      nativeExec.close();
      channel.close();
    },
  };
}

/** Asked of a runtime that has answered; should it be gone again, nothing is left of the connection. */
async function isContainerd(channel: RpcChannel, ask: (channel: RpcChannel) => Promise<boolean>): Promise<boolean> {
  try {
    return await ask(channel);
  } catch (error) {
    channel.close();
    throw error;
  }
}

async function loadContainerd() {
  const [exec, signals, events, images, leases, offers] = await Promise.all([
    import('../containerd/containerd-exec.ts'),
    import('../containerd/containerd-signals.ts'),
    import('../containerd/containerd-events.ts'),
    import('../containerd/containerd-images.ts'),
    import('../containerd/containerd-leases.ts'),
    import('../containerd/offers-containerd.ts'),
  ]);
  return { ...exec, ...signals, ...events, ...images, ...leases, ...offers };
}

interface Supervised {
  readonly paths: HostPaths;
  readonly clock: Clock;
  readonly subnet: string | undefined;
  readonly onStart?: () => void;
}

export async function supervise(
  runtime: Runtime,
  { paths, clock, subnet, onStart }: Supervised,
): Promise<{ readonly supervisor: RuntimeSupervisor; readonly sweep: LeftoverSweep; hasContainers(): boolean }> {
  const [
    { ContainerdSupervisor },
    { ContainerdProcess },
    { prepareContainerd },
    { ProcHostProcesses },
    { HostPrograms },
    { HostLeftoverSweep },
  ] = await Promise.all([
    import('../containerd/containerd-supervisor.ts'),
    import('../containerd/containerd-process.ts'),
    import('../containerd/prepare-containerd.ts'),
    import('../host/proc-host-processes.ts'),
    import('../host/host-programs.ts'),
    import('../host/host-leftover-sweep.ts'),
  ]);
  const processes = new ProcHostProcesses();
  const programs = new HostPrograms();
  const sweep = new HostLeftoverSweep({ paths, processes, programs, clock });
  const probe = async (): Promise<void> => void (await runtime.cri.version());
  const process = new ContainerdProcess({ paths, processes, programs, clock, probe });
  const prepare = (): Promise<void> => prepareContainerd({ paths, programs, subnet });
  const told = onStart === undefined ? {} : { onStart };
  const supervisor = new ContainerdSupervisor({ process, socket: paths.containerdSocket, prepare, sweep, clock, ...told });
  return { supervisor, sweep, hasContainers: () => process.hasShims() };
}

export async function ensureBaseImages(runtime: Runtime, paths: HostPaths, options: NodeOptions): Promise<readonly string[]> {
  const { HostBaseImages } = await import('../host/host-base-images.ts');
  const images = new HostBaseImages();
  const present = await Promise.all(images.names.map((name) => runtime.cri.imageId(name)));
  if (runtime.imageImport === undefined || present.every((id) => id !== undefined)) return images.names;
  options.onProgress?.(`making the images ${images.names.join(' and ')}`);
  const archive = join(paths.runDir, `base-images-${process.pid}.tar`);
  try {
    await images.writeArchive(archive);
    await runtime.imageImport.importArchive(archive);
  } finally {
    await rm(archive, { force: true });
  }
  return images.names;
}

export async function systemClock(): Promise<Clock> {
  const { SystemClock } = await import('../host/system-clock.ts');
  return new SystemClock();
}
