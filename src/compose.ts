/**
 * The one place that knows which adapter stands behind which port. Everything is loaded when it is needed: a command
 * pays for what it uses.
 */
import { rm } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { TakeOver } from './core/pod/take-over.ts';
import type { KubeletParts } from './kubelet/kubelet-parts.ts';
import type { LocalPodSource } from './kubelet/local-pod-source.ts';
import type { PodWorkers } from './kubelet/pod-workers.ts';
import type { PodManifest } from './model/pod.ts';
import type { Clock } from './ports/clock.ts';
import { HookletError, messageOf } from './ports/hooklet-error.ts';
import type { HostPaths } from './ports/host-paths.ts';
import type { Journal } from './ports/journal.ts';
import type { LeftoverSweep } from './ports/leftover-sweep.ts';
import { type Logger, SILENT_LOGGER } from './ports/logger.ts';
import type { NodeOptions, OpenHistory, OpenImages, OpenNode } from './ports/open-node.ts';
import type { Runtime } from './ports/runtime.ts';
import type { RuntimeSupervisor } from './ports/runtime-supervisor.ts';

/** Takes the lock, brings the runtime up, opens the journal. Throws `stateLocked` or `hostLacks`; then nothing is held. */
export async function openNode(options: NodeOptions, what: { readonly command: string }): Promise<OpenNode> {
  const paths = await makePlaces(options.stateDir);
  const { StateLockFile } = await import('./host/state-lock-file.ts');
  const lock = await new StateLockFile({ stateDir: paths.stateDir, lockFile: paths.lockFile, command: what.command }).acquire();
  let open: OpenRuntime | undefined;
  try {
    open = await openRuntime(options, paths);
    await ensureBaseImages(open.runtime, paths, options);
    const node = await openState(open, paths, options);
    return {
      ...node,
      close: async ({ stopRuntime }) => {
        node.journal.close();
        await open?.close(stopRuntime);
        lock.release();
      },
    };
  } catch (error) {
    await open?.close(!open.found).catch(() => undefined);
    lock.release();
    throw error;
  }
}

async function makePlaces(stateDir: string): Promise<HostPaths> {
  const { hostPaths, makeHostDirs } = await import('./host/host-paths.ts');
  const paths = await hostPaths(stateDir);
  await makeHostDirs(paths);
  return paths;
}

async function systemClock(): Promise<Clock> {
  const { SystemClock } = await import('./host/system-clock.ts');
  return new SystemClock();
}

interface OpenRuntime {
  readonly runtime: Runtime;
  readonly clock: Clock;
  /** It was there before. */
  readonly found: boolean;
  readonly sweep?: LeftoverSweep;
  close(stop: boolean): Promise<void>;
}

async function openRuntime(options: NodeOptions, paths: HostPaths): Promise<OpenRuntime> {
  const clock = await systemClock();
  if (options.runtimeEndpoint !== undefined) {
    const runtime = await connectRuntime(socketOf(options.runtimeEndpoint), paths, 'foreign');
    return { runtime, clock, found: true, close: async () => runtime.close() };
  }
  const runtime = await connectRuntime(paths.containerdSocket, paths, 'own');
  const { supervisor, sweep } = await supervise(runtime, { paths, clock, subnet: options.subnet });
  try {
    options.onProgress?.('starting containerd');
    const { found } = await supervisor.ensureRunning();
    return { runtime, clock, found, sweep, close: (stop) => endRuntime(runtime, supervisor, stop) };
  } catch (error) {
    await endRuntime(runtime, supervisor, false);
    throw error;
  }
}

async function endRuntime(runtime: Runtime, supervisor: RuntimeSupervisor, stop: boolean): Promise<void> {
  if (stop) await supervisor.stop();
  else supervisor.leave();
  runtime.close();
}

/** CRI and, where the runtime is a containerd, its own services on the same channel. */
async function connectRuntime(socket: string, paths: HostPaths, whose: 'own' | 'foreign'): Promise<Runtime> {
  const [{ GrpcChannel }, { CriRuntime }, containerd] = await Promise.all([
    import('./grpc/grpc-channel.ts'),
    import('./cri/cri-runtime.ts'),
    loadContainerd(),
  ]);
  const channel = new GrpcChannel(socket);
  const cri = new CriRuntime(channel, paths.instanceId);
  const close = (): void => channel.close();
  if (whose === 'foreign' && !(await containerd.offersContainerd(channel))) return { cri, close };
  return {
    cri,
    nativeExec: new containerd.ContainerdExec(channel, join(paths.runDir, 'pipes')),
    signals: new containerd.ContainerdSignals(channel),
    events: new containerd.ContainerdEvents(channel, await systemClock()),
    imageImport: new containerd.ContainerdImages(channel, async (name) => (await cri.imageId(name)) !== undefined),
    close,
  };
}

async function loadContainerd() {
  const [exec, signals, events, images, offers] = await Promise.all([
    import('./containerd/containerd-exec.ts'),
    import('./containerd/containerd-signals.ts'),
    import('./containerd/containerd-events.ts'),
    import('./containerd/containerd-images.ts'),
    import('./containerd/offers-containerd.ts'),
  ]);
  return { ...exec, ...signals, ...events, ...images, ...offers };
}

interface Supervised {
  readonly paths: HostPaths;
  readonly clock: Clock;
  readonly subnet: string | undefined;
}

async function supervise(
  runtime: Runtime,
  { paths, clock, subnet }: Supervised,
): Promise<{ readonly supervisor: RuntimeSupervisor; readonly sweep: LeftoverSweep }> {
  const [
    { ContainerdSupervisor },
    { ContainerdProcess },
    { prepareContainerd },
    { ProcHostProcesses },
    { HostPrograms },
    { HostLeftoverSweep },
  ] = await Promise.all([
    import('./containerd/containerd-supervisor.ts'),
    import('./containerd/containerd-process.ts'),
    import('./containerd/prepare-containerd.ts'),
    import('./host/proc-host-processes.ts'),
    import('./host/host-programs.ts'),
    import('./host/host-leftover-sweep.ts'),
  ]);
  const processes = new ProcHostProcesses();
  const programs = new HostPrograms();
  const sweep = new HostLeftoverSweep({ paths, processes, programs, clock });
  const probe = async (): Promise<void> => void (await runtime.cri.version());
  const process = new ContainerdProcess({ paths, processes, programs, clock, probe });
  const prepare = (): Promise<void> => prepareContainerd({ paths, programs, subnet });
  return { supervisor: new ContainerdSupervisor({ process, socket: paths.containerdSocket, prepare, sweep, clock }), sweep };
}

function socketOf(endpoint: string): string {
  return endpoint.replace(/^unix:\/\//, '');
}

async function ensureBaseImages(runtime: Runtime, paths: HostPaths, options: NodeOptions): Promise<void> {
  const { HostBaseImages } = await import('./host/host-base-images.ts');
  const images = new HostBaseImages();
  const present = await Promise.all(images.names.map((name) => runtime.cri.imageId(name)));
  if (runtime.imageImport === undefined || present.every((id) => id !== undefined)) return;
  options.onProgress?.(`making the images ${images.names.join(' and ')}`);
  const archive = join(paths.runDir, `base-images-${process.pid}.tar`);
  try {
    await images.writeArchive(archive);
    await runtime.imageImport.importArchive(archive);
  } finally {
    await rm(archive, { force: true });
  }
}

async function openState(
  { runtime, clock, sweep }: OpenRuntime,
  paths: HostPaths,
  options: NodeOptions,
): Promise<Omit<OpenNode, 'close'> & { readonly sweep?: LeftoverSweep }> {
  const [{ SqliteJournal }, { HookOutputFiles }, { ContainerLogReader }] = await Promise.all([
    import('./sqlite/sqlite-journal.ts'),
    import('./host/hook-output-files.ts'),
    import('./host/container-log-reader.ts'),
  ]);
  const logger = options.logger ?? SILENT_LOGGER;
  const journal = SqliteJournal.open({
    file: paths.journalFile,
    clock,
    onListenerError: (error) => logger.warn('a listener of the journal failed', { error: String(error) }),
  });
  const hookOutput = new HookOutputFiles(paths.hookOutputDir);
  try {
    await beginJournal(journal, clock);
    for (const uid of journal.prune({ ...KEPT_HISTORY, nowWallMs: clock.now().wallMs })) await hookOutput.removePod(uid);
  } catch (error) {
    journal.close();
    throw error;
  }
  return { clock, journal, runtime, hookOutput, logs: new ContainerLogReader(clock), paths, ...(sweep === undefined ? {} : { sweep }) };
}

/** How much of removed Pods is remembered: the last 100, for 7 days. */
const KEPT_HISTORY = { keepPods: 100, keepMs: 7 * 24 * 3_600_000 };

/** The first write of an agent: a journal that cannot be written is found out before anything is started. */
async function beginJournal(journal: Journal, clock: Clock): Promise<void> {
  const { bootId, wallMs } = clock.now();
  const { readVersion } = await import('./version.ts');
  try {
    await journal.append([
      { time: new Date(wallMs).toISOString(), type: 'agent.started', version: readVersion(), pid: process.pid, bootId },
    ]);
  } catch (error) {
    throw new HookletError(
      'hostLacks',
      `Cannot write the journal: ${messageOf(error)}; free space in the state directory, then try again`,
      { cause: error },
    );
  }
}

/** Takes over what an earlier agent left, then starts the workers of every Pod in `source`. */
export async function startKubelet(
  node: OpenNode & { readonly sweep?: LeftoverSweep },
  wanted: readonly PodManifest[],
  source: LocalPodSource,
  logger: Logger,
): Promise<{ readonly plan: TakeOver; readonly workers: PodWorkers }> {
  const [{ PodWorkers }, { takeOver }, { HostPodVolumes }] = await Promise.all([
    import('./kubelet/pod-workers.ts'),
    import('./kubelet/take-over.ts'),
    import('./volumes/host-pod-volumes.ts'),
  ]);
  const { clock, journal, runtime, hookOutput, paths, sweep } = node;
  const host = { paths, memoryBytes: totalmem(), parallelStarts: Math.max(2, availableParallelism()) };
  const volumes = new HostPodVolumes(paths);
  const parts: KubeletParts = { clock, journal, runtime, hookOutput, volumes, host, logger, ...(sweep === undefined ? {} : { sweep }) };
  const workers = new PodWorkers({ ...parts, source });
  const plan = await takeOver(parts, source, wanted);
  workers.start();
  return { plan, workers };
}

/** Read beside a running daemon: no lock, no runtime. Throws `badInput` when the state directory holds no journal. */
export async function openHistory(stateDir: string): Promise<OpenHistory> {
  const [{ hostPaths }, { SqliteJournalReader }, { HookOutputFiles }] = await Promise.all([
    import('./host/host-paths.ts'),
    import('./sqlite/sqlite-journal-reader.ts'),
    import('./host/hook-output-files.ts'),
  ]);
  const paths = await hostPaths(stateDir);
  const journal = SqliteJournalReader.open(paths.journalFile);
  if (journal === undefined) throw noJournal(paths.stateDir);
  return { journal, hookOutput: new HookOutputFiles(paths.hookOutputDir), close: () => journal.close() };
}

const noJournal = (stateDir: string): HookletError =>
  new HookletError('badInput', `No Pod ever ran with the state directory "${stateDir}"; name the one of your Pods with --state-dir`);

/** A runtime for image commands: beside a running agent its own, else one that is ended again. */
export async function openImages(options: NodeOptions): Promise<OpenImages> {
  const open = await openRuntime(options, await makePlaces(options.stateDir));
  return { runtime: open.runtime, close: () => open.close(!open.found) };
}
