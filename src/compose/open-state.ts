/** What outlives the agent on disk: journal, hook output, container logs. */
import { timeText } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { HostPaths } from '../ports/host-paths.ts';
import { DEFAULT_HOOK_HOSTS } from '../ports/http-client.ts';
import type { Journal } from '../ports/journal.ts';
import type { LeftoverSweep } from '../ports/leftover-sweep.ts';
import { SILENT_LOGGER } from '../ports/logger.ts';
import type { NodeOptions, OpenNode } from '../ports/open-node.ts';
import type { OpenRuntime } from './open-runtime.ts';

export async function openState(
  { runtime, clock, sweep }: OpenRuntime,
  paths: HostPaths,
  options: NodeOptions,
): Promise<Omit<OpenNode, 'close'> & { readonly sweep?: LeftoverSweep }> {
  const [{ SqliteJournal }, { HookOutputFiles }, { ContainerLogReader }, { SocketHttpClient }, { SocketProbeClient }, { PolicedDialer }] =
    await Promise.all([
      import('../sqlite/sqlite-journal.ts'),
      import('../host/hook-output-files.ts'),
      import('../host/container-log-reader.ts'),
      import('../network/socket-http-client.ts'),
      import('../network/socket-probe-client.ts'),
      import('../network/policed-dialer.ts'),
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
  const dialer = new PolicedDialer({ clock, hookHosts: options.hookHosts ?? DEFAULT_HOOK_HOSTS });
  const [http, probeClient] = [new SocketHttpClient(dialer), new SocketProbeClient(dialer)];
  const logs = new ContainerLogReader(clock);
  return { clock, journal, runtime, hookOutput, http, probeClient, logs, paths, ...(sweep === undefined ? {} : { sweep }) };
}

/** How much of removed Pods is remembered: the last 100, for 7 days. */
const KEPT_HISTORY = { keepPods: 100, keepMs: 7 * 24 * 3_600_000 };

/** The first write of an agent: a journal that cannot be written is found out before anything is started. */
async function beginJournal(journal: Journal, clock: Clock): Promise<void> {
  const now = clock.now();
  const { readVersion } = await import('../version.ts');
  try {
    await journal.append([{ time: timeText(now), type: 'agent.started', version: readVersion(), pid: process.pid, bootId: now.bootId }]);
  } catch (error) {
    throw new HookletError(
      'hostLacks',
      `Cannot write the journal: ${messageOf(error)}; free space in the state directory, then try again`,
      { cause: error },
    );
  }
}
