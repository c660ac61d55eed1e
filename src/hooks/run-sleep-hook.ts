import { addMs } from '../core/instant.ts';
import { endedEarly, type HookParts, type HookReport, type HookRun } from './hook-run.ts';

/** Sleeps in the agent, counted from the first start: a delivery that is taken up goes on with what is left. */
export async function runSleepHook(run: HookRun, seconds: number, { clock }: HookParts, signal: AbortSignal): Promise<HookReport> {
  try {
    await clock.waitUntil(addMs(run.startedAt, seconds * 1000), signal);
    return { outcome: 'succeeded' };
  } catch (error) {
    if (!signal.aborted) throw error;
    return endedEarly(signal);
  }
}
