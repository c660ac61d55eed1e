/**
 * Runs one delivery of one hook and reports what happened, as data. It neither decides nor journals: the core asked for
 * this delivery, `hook.started` is already durable, and the caller writes down what comes back.
 *
 * H1 No parameters are passed: an exec hook gets its argv verbatim, nothing added.
 * H2 Whoever ends the delivery says why through the signal's reason; a process that ended by itself first wins.
 * H3 `detached` is no outcome: the hook may still run. The caller asks the core again once the runtime is back.
 * H4 One try, without a timeout: more only where the Pod asks for it. Each further try is journaled before it begins, and
 *    none begins once the delivery was ended: retries stay inside the grace.
 */
import { ownTimeout } from '../core/hook/failure-class.ts';
import { addMs } from '../core/instant.ts';
import { endedEarly, endReasonOf, type HookParts, type HookReport, type HookResult, type HookRun } from './hook-run.ts';
import { runHandler } from './run-handler.ts';

/** The wait before the first retry; each further one waits twice as long. Four tries fit into a grace of two seconds. */
const FIRST_BACK_OFF_MS = 250;
const LAST_BACK_OFF_MS = 10_000;

export async function runHook(first: HookRun, parts: HookParts, signal: AbortSignal): Promise<HookReport> {
  let run = first;
  for (;;) {
    const report = await runTry(run, parts, signal);
    if (report === 'detached') return report;
    const ended = { ...report, retry: run.retry };
    if (!mayTryAgain(report, run) || signal.aborted) return ended;
    const next = await nextTry(run, parts, signal);
    if (next === 'ended') return endedBetween(ended, signal);
    if (next === 'notJournaled') return ended;
    run = next;
  }
}

const mayTryAgain = ({ outcome }: HookResult, { retry, options }: HookRun): boolean =>
  (outcome === 'failed' || outcome === 'timedOut') && retry < options.retries;

/** With its own timeout, where the Pod sets one. */
async function runTry(run: HookRun, parts: HookParts, signal: AbortSignal): Promise<HookReport> {
  const { timeoutMs } = run.options;
  if (timeoutMs === undefined) return runHandler(run, parts, signal);
  const timeout = new AbortController();
  const timer = new AbortController();
  const timed = parts.clock.waitUntil(addMs(run.startedAt, timeoutMs), timer.signal).then(
    () => timeout.abort('timedOut'),
    () => undefined,
  );
  try {
    const report = await runHandler(run, parts, AbortSignal.any([signal, timeout.signal]));
    if (report === 'detached' || report.outcome !== 'timedOut' || signal.aborted) return report;
    return { ...report, reason: ownTimeout(timeoutMs) };
  } finally {
    timer.abort('ended');
    await timed;
  }
}

async function nextTry(run: HookRun, parts: HookParts, signal: AbortSignal): Promise<HookRun | 'ended' | 'notJournaled'> {
  const { clock } = parts;
  const backOffMs = Math.min(FIRST_BACK_OFF_MS * 2 ** run.retry, LAST_BACK_OFF_MS);
  try {
    await clock.waitUntil(addMs(clock.now(), backOffMs), signal);
  } catch {
    return 'ended';
  }
  const retry = run.retry + 1;
  try {
    const begun = await parts.beginRetry(retry);
    return { ...run, ...begun, retry, mode: 'deliver' };
  } catch {
    // A try that cannot be written down does not begin; what has failed stays failed.
    return 'notJournaled';
  }
}

/** Ended while it waited for its next try: the last one has failed, unless that does not matter any more. */
function endedBetween(last: HookResult, signal: AbortSignal): HookReport {
  if (endReasonOf(signal) === 'timedOut') return last;
  const early = endedEarly(signal);
  return early === 'detached' ? early : { ...last, ...early };
}
