/**
 * A hook that was killed, or could not begin, because its container was ending did not fail: it was interrupted, and no
 * event blames it (`lifecycle.md` 16, row 19; upstream reports FailedPreStopHook here). The kernel ends every process of a
 * PID namespace before its first one, so the hook's end is seen a moment before its container's.
 */
import { addMs } from '../core/instant.ts';
import { endReasonOf, type HookReport, KILLED } from '../hooks/hook-run.ts';
import { lookAtRuntime } from './observe-pod.ts';
import type { WorkerContext } from './worker-context.ts';

/** When to look for the end of the container, counted from the end of the hook. */
const LOOKS_MS = { notBegun: [0, 50], killed: [0, 20, 100, 300, 1000] };

interface EndedHook {
  readonly report: HookReport;
  /** Of the delivery: whoever ends it meanwhile says why. */
  readonly signal: AbortSignal;
}

export async function tellInterrupted(context: WorkerContext, containerId: string, { report, signal }: EndedHook): Promise<HookReport> {
  if (report === 'detached' || report.outcome !== 'failed' || report.reason === 'OOMKilled') return report;
  if (report.exitCode !== undefined && report.exitCode !== KILLED) return report;
  // A response, whatever its status, was given by something that lived.
  if (report.httpStatus !== undefined) return report;
  const looks = report.exitCode === undefined && report.cutOff === undefined ? LOOKS_MS.notBegun : LOOKS_MS.killed;
  const hasEnded = await endsWithin(context, containerId, { looks, signal });
  const interrupted = hasEnded || (signal.aborted && endReasonOf(signal) === 'interrupted');
  return interrupted ? { ...report, outcome: 'interrupted', reason: 'containerExited' } : report;
}

interface Patience {
  readonly looks: readonly number[];
  readonly signal: AbortSignal;
}

async function endsWithin(context: WorkerContext, containerId: string, { looks, signal }: Patience): Promise<boolean> {
  const { clock } = context.parts;
  const from = clock.now();
  for (const ms of looks) {
    await clock.waitUntil(addMs(from, ms), signal).catch(() => undefined);
    if (signal.aborted) return false;
    if (!(await isRunning(context, containerId))) return true;
  }
  return false;
}

/** A runtime that does not answer says nothing against the hook's own exit status. */
async function isRunning(context: WorkerContext, containerId: string): Promise<boolean> {
  try {
    const { containers } = await lookAtRuntime(context);
    return containers.some(({ id, phase }) => id === containerId && phase !== 'exited');
  } catch {
    return true;
  }
}
