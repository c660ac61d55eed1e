/** An exec hook: a process of our own inside the container, or the runtime's ExecSync where it offers nothing better. */
import { addMs } from '../core/instant.ts';
import type { ExecEnd, ExecProcesses } from '../ports/exec-processes.ts';
import { boundKept, type KeptStream } from '../ports/hook-output.ts';
import { hasCode, messageOf } from '../ports/hooklet-error.ts';
import { endReasonOf, type HookEndReason, type HookParts, type HookReport, type HookResult, type HookRun, KILLED } from './hook-run.ts';

/** How long the last words of a process are waited for, once it was killed or its container has ended. */
const LAST_WORDS_MS = 2_000;

export async function runExecHook(run: HookRun, argv: readonly string[], parts: HookParts, signal: AbortSignal): Promise<HookReport> {
  const { nativeExec } = parts;
  if (nativeExec === undefined || run.execId === undefined) return execSyncHook(run, argv, parts, signal);
  try {
    if (run.mode === 'deliver') await nativeExec.create(run.containerId, run.execId, argv);
    return endedByItself(await nativeExec.follow(run.containerId, run.execId, { start: run.mode !== 'follow', signal }));
  } catch (error) {
    if (signal.aborted) return endedByUs(run, run.execId, { nativeExec, parts, because: endReasonOf(signal) });
    return failure(error);
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

interface Ending {
  readonly nativeExec: ExecProcesses;
  readonly parts: HookParts;
  readonly because: HookEndReason;
}

async function endedByUs(run: HookRun, execId: string, { nativeExec, parts, because }: Ending): Promise<HookReport> {
  if (because === 'agentLeaves') return 'detached';
  const ended = because === 'interrupted' ? await lastWords(run, execId, nativeExec, parts) : await killed(run, execId, nativeExec, parts);
  // It may have ended by itself before it was killed, or before its container ended: its own exit status is the truth (H2).
  if (ended !== undefined && ended.exitCode !== KILLED) return endedByItself(ended);
  const { exitCode, output } = ended ?? {};
  return {
    outcome: because,
    reason: because === 'interrupted' ? 'containerExited' : because,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(output === undefined ? {} : { output }),
  };
}

async function killed(run: HookRun, execId: string, nativeExec: ExecProcesses, parts: HookParts): Promise<ExecEnd | undefined> {
  await nativeExec.kill(run.containerId, execId).catch(() => undefined);
  return lastWords(run, execId, nativeExec, parts);
}

/** Exit status and output of a process that is about to be gone; undefined when the runtime does not tell in time. */
async function lastWords(run: HookRun, execId: string, nativeExec: ExecProcesses, { clock }: HookParts): Promise<ExecEnd | undefined> {
  const patience = new AbortController();
  const followed = nativeExec.follow(run.containerId, execId, { start: false, signal: patience.signal }).catch(() => undefined);
  const timer = new AbortController();
  const waited = clock.waitUntil(addMs(clock.now(), LAST_WORDS_MS), timer.signal).then(
    () => patience.abort('no answer'),
    () => undefined,
  );
  const end = await followed;
  timer.abort('answered');
  await waited;
  return end;
}

/** Dies with its caller and cannot be ended early; what that costs stands in the documentation of runtimes. */
async function execSyncHook(run: HookRun, argv: readonly string[], { cri }: HookParts, signal: AbortSignal): Promise<HookReport> {
  try {
    const { exitCode, stdout, stderr } = await cri.execSync(run.containerId, argv, signal);
    return endedByItself({ exitCode, oomKilled: false, output: { stdout: keep(stdout), stderr: keep(stderr) } });
  } catch (error) {
    if (!signal.aborted) return failure(error);
    const because = endReasonOf(signal);
    return because === 'agentLeaves' ? 'detached' : { outcome: because, reason: because === 'interrupted' ? 'containerExited' : because };
  }
}

const keep = (data: Buffer): KeptStream => boundKept({ head: data, tail: Buffer.alloc(0), cutBytes: 0 });
