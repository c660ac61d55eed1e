/** An exec hook: a process of our own inside the container, or the runtime's ExecSync where it offers nothing better. */
import { addMs } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { ExecEnd, ExecProcesses } from '../ports/exec-processes.ts';
import { boundKept, type KeptStream } from '../ports/hook-output.ts';
import { hasCode, messageOf } from '../ports/hooklet-error.ts';
import { endedEarly, endReasonOf, type HookParts, type HookReport, type HookResult, type HookRun, KILLED } from './hook-run.ts';

/** How long the last words of a process are waited for, once it was killed or its container has ended. */
const LAST_WORDS_MS = 2_000;

/** The same, when the grace is over: the stop signal is due now. */
const LAST_WORDS_AT_DEADLINE_MS = 500;

const KILL_AGAIN_MS = 50;

export async function runExecHook(run: HookRun, argv: readonly string[], parts: HookParts, signal: AbortSignal): Promise<HookReport> {
  const { nativeExec } = parts;
  if (nativeExec === undefined || run.execId === undefined) return execSyncHook(run, argv, parts, signal);
  const exec: Exec = { processes: nativeExec, containerId: run.containerId, execId: run.execId, start: run.mode !== 'follow' };
  try {
    if (run.mode === 'deliver') await nativeExec.create(run.containerId, run.execId, argv);
    const ended = await followToEnd(exec, parts.clock, signal);
    // It may have ended by itself before it was killed, or before its container ended: its own exit status is the truth (H2).
    return signal.aborted && ended.exitCode === KILLED ? endedByUs(signal, ended) : endedByItself(ended);
  } catch (error) {
    return signal.aborted ? endedEarly(signal) : failure(error);
  }
}

interface Exec {
  readonly processes: ExecProcesses;
  readonly containerId: string;
  readonly execId: string;
  readonly start: boolean;
}

/**
 * Follows the process a little beyond the end of its delivery: the exit status and the output of a process that is killed,
 * or dies with its container, are told to whoever followed it all along, and to nobody who comes later.
 */
async function followToEnd({ processes, containerId, execId, start }: Exec, clock: Clock, signal: AbortSignal): Promise<ExecEnd> {
  const following = new AbortController();
  const patience = new AbortController();
  const end = async (): Promise<void> => {
    const because = endReasonOf(signal);
    if (because === 'agentLeaves') return following.abort(because);
    const kill = async (): Promise<void> => {
      if (because !== 'interrupted') await processes.kill(containerId, execId).catch(() => undefined);
    };
    const patienceMs = because === 'timedOut' ? LAST_WORDS_AT_DEADLINE_MS : LAST_WORDS_MS;
    // Again and again: its start may be under way, and there is nothing to be killed yet.
    for (let waitedMs = 0; waitedMs < patienceMs && !patience.signal.aborted; waitedMs += KILL_AGAIN_MS) {
      await kill();
      await clock.waitUntil(addMs(clock.now(), KILL_AGAIN_MS), patience.signal).catch(() => undefined);
    }
    if (patience.signal.aborted) return;
    await kill();
    following.abort(because);
  };
  const onAbort = (): void => void end();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await processes.follow(containerId, execId, { start, signal: following.signal });
  } finally {
    signal.removeEventListener('abort', onAbort);
    patience.abort('it has ended');
  }
}

function endedByItself({ exitCode, oomKilled, output }: ExecEnd): HookResult {
  if (exitCode === 0) return { outcome: 'succeeded', exitCode, output };
  return { outcome: 'failed', exitCode, output, reason: oomKilled ? 'OOMKilled' : `command exited with ${exitCode}` };
}

function failure(error: unknown): HookReport {
  if (hasCode(error, 'runtimeUnavailable')) return 'detached';
  return { outcome: 'failed', reason: messageOf(error) };
}

function endedByUs(signal: AbortSignal, { exitCode, output }: ExecEnd): HookReport {
  const early = endedEarly(signal);
  return early === 'detached' ? early : { ...early, exitCode, output };
}

/** Dies with its caller and cannot be ended early; what that costs stands in `docs/runtimes.md`. */
async function execSyncHook(run: HookRun, argv: readonly string[], { cri }: HookParts, signal: AbortSignal): Promise<HookReport> {
  try {
    const { exitCode, stdout, stderr } = await cri.execSync(run.containerId, argv, signal);
    return endedByItself({ exitCode, oomKilled: false, output: { stdout: keep(stdout), stderr: keep(stderr) } });
  } catch (error) {
    return signal.aborted ? endedEarly(signal) : failure(error);
  }
}

const keep = (data: Buffer): KeptStream => boundKept({ head: data, tail: Buffer.alloc(0), cutBytes: 0 });
