/**
 * The one place that knows which adapter stands behind which port. Everything is loaded when it is needed: a command
 * pays for what it uses.
 */
import { checkHostDirectories } from './compose/check-host-directories.ts';
import { checkHostPorts } from './compose/check-host-ports.ts';
import { checkSubnetForm } from './compose/check-subnet-form.ts';
import { endDaemon } from './compose/end-daemon.ts';
import { keepToRuntime } from './compose/keep-to-runtime.ts';
import { openForeignImages, openOwnImages } from './compose/open-images.ts';
import { connectRuntime, ensureBaseImages, type OpenRuntime, openRuntime, supervise, systemClock } from './compose/open-runtime.ts';
import { openState } from './compose/open-state.ts';
import { checkEndpoint } from './compose/runtime-endpoint.ts';
import { IMAGE_COMMAND, RESET_COMMAND, takeResetLock, takeStateLock } from './compose/take-state-lock.ts';
import type { PodManifest } from './model/pod.ts';
import { HookletError } from './ports/hooklet-error.ts';
import { type HostCheck, hostLacks } from './ports/host-checks.ts';
import type { HostPaths } from './ports/host-paths.ts';
import type { NodeOptions, OpenHistory, OpenImages, OpenNode, OpenReset } from './ports/open-node.ts';
import type { HeldStateLock, StateLock } from './ports/state-lock.ts';

/**
 * Takes the lock, brings the runtime up, opens the journal. Throws `badInput`, `stateLocked` or `hostLacks`; then nothing is
 * held, and what was asked for and cannot be had is told before anything is made.
 * `what.pods`: those that are to run, for what they want of the host.
 */
export async function openNode(
  options: NodeOptions,
  what: { readonly command: string; readonly pods?: readonly PodManifest[] },
): Promise<OpenNode> {
  const lacking = hostLacks(await checkHost(options, { quick: true }));
  if (lacking !== undefined) throw new HookletError('hostLacks', lacking);
  const paths = await placesOf(options);
  await checkWishes(options, paths);
  await checkHostDirectories(paths, what.pods ?? []);
  await checkHostPorts(paths, what.pods ?? []);
  await makePlaces(paths);
  const lock = await takeLock(paths, what.command, options.onProgress);
  let open: OpenRuntime | undefined;
  try {
    await keepToRuntime(paths, options.runtimeEndpoint);
    open = await openRuntime(options, paths);
    await ensureBaseImages(open.runtime, paths, options);
    const node = await openState(open, paths, options);
    return {
      ...node,
      close: async ({ stopRuntime }) => {
        node.journal.close();
        try {
          await open?.close(stopRuntime);
        } finally {
          lock.release();
        }
      },
    };
  } catch (error) {
    await open?.close(!open.found).catch(() => undefined);
    lock.release();
    throw error;
  }
}

/** What was asked for, as far as it can be judged without making anything. */
async function checkWishes(options: NodeOptions, paths: HostPaths): Promise<void> {
  if (options.subnet !== undefined) await checkSubnetForm(options.subnet);
  if (options.runtimeEndpoint !== undefined) await checkEndpoint(options.runtimeEndpoint, paths);
}

async function placesOf({ stateDir }: Pick<NodeOptions, 'stateDir'>): Promise<HostPaths> {
  const { hostPaths } = await import('./host/host-paths.ts');
  return hostPaths(stateDir);
}

async function makePlaces(paths: HostPaths): Promise<void> {
  const { makeHostDirs } = await import('./host/host-paths.ts');
  await makeHostDirs(paths);
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

/** Throws `badInput`, `stateLocked` or `hostLacks`; then nothing is held. */
export async function openImages(options: NodeOptions): Promise<OpenImages> {
  const paths = await placesOf(options);
  await checkWishes(options, paths);
  await makePlaces(paths);
  if (options.runtimeEndpoint !== undefined) return openForeignImages({ options, paths });
  return openOwnImages({ options, paths }, await stateLock(paths, IMAGE_COMMAND));
}

async function takeLock(paths: HostPaths, command: string, onProgress?: NodeOptions['onProgress']): Promise<HeldStateLock> {
  return takeStateLock({ lock: await stateLock(paths, command), clock: await systemClock(), onProgress });
}

async function stateLock({ stateDir, lockFile }: HostPaths, command: string): Promise<StateLock> {
  const { StateLockFile } = await import('./host/state-lock-file.ts');
  return new StateLockFile({ stateDir, lockFile, command });
}

/** What this host has and lacks; changes nothing. */
export async function checkHost(options: NodeOptions, { quick } = { quick: false }): Promise<readonly HostCheck[]> {
  const [{ hostPaths }, { HostPrograms }, { SystemHostChecks }] = await Promise.all([
    import('./host/host-paths.ts'),
    import('./host/host-programs.ts'),
    import('./host/system-host-checks.ts'),
  ]);
  const checks = new SystemHostChecks(await hostPaths(options.stateDir), new HostPrograms());
  return checks.check({ quick, runtimeIsForeign: options.runtimeEndpoint !== undefined });
}

/**
 * Holds the lock of the state directory, if there is one and no daemon has it: that one is ended by `reset`. Throws
 * `stateLocked` while any other hooklet uses it.
 */
export async function openReset(options: Pick<NodeOptions, 'stateDir' | 'onProgress'>): Promise<OpenReset> {
  const [{ hostPaths, isStateDir }, { StateReset }, { ProcHostProcesses }] = await Promise.all([
    import('./host/host-paths.ts'),
    import('./host/state-reset.ts'),
    import('./host/proc-host-processes.ts'),
  ]);
  const paths = await hostPaths(options.stateDir);
  const [processes, clock, lock] = [new ProcHostProcesses(), await systemClock(), await stateLock(paths, RESET_COMMAND)];
  const turn = { lock, clock, onProgress: options.onProgress };
  const exists = await isStateDir(paths);
  let held = exists ? await takeResetLock(turn) : undefined;
  const daemon = exists && held === undefined ? lock.holder() : undefined;
  const runtime = await connectRuntime(paths.containerdSocket, paths, 'own');
  const { supervisor } = await supervise(runtime, { paths, clock, subnet: undefined });
  const reset = new StateReset({ paths, processes, supervisor });
  return {
    plan: async () => {
      const plan = await reset.plan();
      const first = daemon === undefined ? [] : [`the daemon '${daemon.command}' (pid ${daemon.pid}), which is ended first`];
      return { ...plan, removes: [...first, ...plan.removes] };
    },
    reset: async () => {
      if (exists && held === undefined) held = await endDaemon({ ...turn, processes });
      await reset.reset();
    },
    close: async () => {
      runtime.close();
      held?.release();
    },
  };
}
