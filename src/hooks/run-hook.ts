/**
 * Runs one delivery of one hook and reports what happened, as data. It neither decides nor journals: the core asked for
 * this delivery, `hook.started` is already durable, and the caller writes down what comes back.
 *
 * H1 No parameters are passed: an exec hook gets its argv verbatim, nothing added.
 * H2 Whoever ends the delivery says why through the signal's reason; a process that ended by itself first wins.
 * H3 `detached` is no outcome: the hook may still run. The caller asks the core again once the runtime is back.
 */

import type { HookParts, HookReport, HookRun } from './hook-run.ts';
import { runExecHook } from './run-exec-hook.ts';
import { runSleepHook } from './run-sleep-hook.ts';

export async function runHook(run: HookRun, parts: HookParts, signal: AbortSignal): Promise<HookReport> {
  if (run.handler.exec !== undefined) return runExecHook(run, run.handler.exec.command, parts, signal);
  if (run.handler.sleep !== undefined) return runSleepHook(run, run.handler.sleep.seconds, parts, signal);
  // Upstream accepts other handlers and fails them when they are due (`pkg/kubelet/lifecycle/handlers.go`).
  return { outcome: 'failed', reason: 'cannot run handler: it is neither exec, httpGet nor sleep' };
}
