import type { HookParts, HookReport, HookRun } from './hook-run.ts';
import { runExecHook } from './run-exec-hook.ts';
import { runHttpHook } from './run-http-hook.ts';
import { runSleepHook } from './run-sleep-hook.ts';

/** One try. The order is that of upstream (`pkg/kubelet/lifecycle/handlers.go` `Run`). */
export async function runHandler(run: HookRun, parts: HookParts, signal: AbortSignal): Promise<HookReport> {
  const { exec, httpGet, sleep } = run.handler;
  if (exec !== undefined) return runExecHook(run, exec.command, parts, signal);
  if (httpGet !== undefined) return runHttpHook(run, httpGet, parts, signal);
  if (sleep !== undefined) return runSleepHook(run, sleep.seconds, parts, signal);
  // Upstream accepts it and fails it when it is due, against its own documentation (`lifecycle.md` 16, row 9).
  return { outcome: 'failed', reason: 'Cannot run handler: invalid handler: tcpSocket; use httpGet or exec' };
}
