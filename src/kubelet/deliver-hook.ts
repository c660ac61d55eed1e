/** One delivery: journaled as started, run beside the worker's loop, its outcome handed back as facts. */
import { execIdOf, handlerKind } from '../core/hook/delivery.ts';
import { type Instant, msBetween } from '../core/instant.ts';
import type { NewFact } from '../core/journal-record.ts';
import type { HookDelivery } from '../core/step.ts';
import type { HookOwner, HookParts, HookReport, HookRun } from '../hooks/hook-run.ts';
import { runHook } from '../hooks/run-hook.ts';
import { hookOptions } from '../model/hook-options.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { TaskEnd } from './pod-tasks.ts';
import { tellInterrupted } from './tell-interrupted.ts';
import { containerOf, hookTask, type WorkerContext } from './worker-context.ts';

export async function deliverHook(context: WorkerContext, delivery: HookDelivery): Promise<void> {
  if (delivery.mode === 'deliver') await begin(context, delivery, 0);
  const run = runOf(context, delivery);
  context.tasks.start(hookTask(delivery.container, delivery.hook), async (signal) => {
    const report = await runHook(run, hookParts(context, delivery), signal);
    const canTell = run.handler.exec !== undefined || run.handler.httpGet !== undefined;
    const judged = canTell ? await tellInterrupted(context, delivery.containerId, { report, signal }) : report;
    return reported(context, { delivery, run }, judged);
  });
}

/** The delivery as the journal has it: begun just now, or by an earlier agent. */
function runOf(context: WorkerContext, delivery: HookDelivery): HookRun {
  const { pod, log, parts } = context;
  const owner = ownerOf(context, delivery);
  const handler = owner.container.lifecycle?.[delivery.hook];
  if (handler === undefined) throw new Error(`Cannot deliver ${delivery.hook} of "${delivery.container}": it has no such hook`);
  const begun = log.history.containers[delivery.container]?.run?.[delivery.hook];
  const { retry, at } = begun?.state === 'started' ? begun : { retry: 0, at: parts.clock.now() };
  const { containerId, mode, attempt } = delivery;
  const execId = execIdIn(context, delivery, retry);
  const run = { handler, owner, containerId, mode, attempt, retry, startedAt: at, options: hookOptions(pod, delivery) };
  return execId === undefined ? run : { ...run, execId };
}

function ownerOf(context: WorkerContext, { container, restartCount, hook }: HookDelivery): HookOwner {
  const podAddress = context.log.history.sandbox?.ip;
  const owner = { pod: context.pod, container: containerOf(context, container), restartCount, hook };
  return podAddress === undefined ? owner : { ...owner, podAddress };
}

function hookParts(context: WorkerContext, delivery: HookDelivery): HookParts {
  const { clock, runtime, http } = context.parts;
  return {
    clock,
    cri: runtime.cri,
    http,
    ...(runtime.nativeExec === undefined ? {} : { nativeExec: runtime.nativeExec }),
    beginRetry: async (retry) => {
      const begun = await begin(context, delivery, retry);
      // That the try before has failed is durable now, so its exec is not needed to tell it.
      forgetExec(context, delivery, retry - 1);
      return begun;
    },
  };
}

/** Durable before anything of the try runs. */
async function begin(
  context: WorkerContext,
  delivery: HookDelivery,
  retry: number,
): Promise<{ readonly startedAt: Instant; readonly execId?: string }> {
  const { container, restartCount, containerId, hook, attempt } = delivery;
  const handler = containerOf(context, container).lifecycle?.[hook] ?? {};
  const at = context.parts.clock.now();
  const execId = execIdIn(context, delivery, retry);
  const exec = execId === undefined ? {} : { execId };
  const of = { container, restartCount, hook, handler: handlerKind(handler), attempt, retry, containerId };
  await context.log.append([{ type: 'hook.started', ...of, at, ...exec }]);
  return { startedAt: at, ...exec };
}

/** Only where the runtime has execs of its own. */
function execIdIn(context: WorkerContext, { container, hook, attempt }: HookDelivery, retry: number): string | undefined {
  const isExec = containerOf(context, container).lifecycle?.[hook]?.exec !== undefined;
  return isExec && context.parts.runtime.nativeExec !== undefined ? execIdOf(hook, attempt, retry) : undefined;
}

function forgetExec(context: WorkerContext, delivery: HookDelivery, retry: number): void {
  const execId = execIdIn(context, delivery, retry);
  if (execId !== undefined) void context.parts.runtime.nativeExec?.remove(delivery.containerId, execId).catch(() => undefined);
}

interface Begun {
  readonly delivery: HookDelivery;
  readonly run: HookRun;
}

async function reported(context: WorkerContext, { delivery, run }: Begun, report: HookReport): Promise<TaskEnd> {
  if (report === 'detached') return { facts: [] };
  const { pod, parts } = context;
  const { container, restartCount, hook, attempt } = delivery;
  const { output, cutOff: _cutOff, fellBackTo, retry = run.retry, ...outcome } = report;
  const key = { uid: pod.metadata.uid, container, restartCount, hook, attempt };
  if (output !== undefined) {
    // The outcome is worth more than the output: it is recorded even when the output cannot be kept.
    await parts.hookOutput
      .write(key, output)
      .catch((error: unknown) => parts.logger.warn('hook output was not kept', { ...key, error: messageOf(error) }));
  }
  const durationMs = Math.max(0, Math.round(msBetween(run.startedAt, parts.clock.now())));
  const of = { container, restartCount, hook, handler: handlerKind(run.handler), attempt, retry };
  return {
    facts: [...(fellBackTo === undefined ? [] : [fallbackEvent(fellBackTo)]), { type: 'hook.finished', ...of, durationMs, ...outcome }],
    settled: () => forgetExec(context, delivery, retry),
  };
}

/** On the Pod, not on the container, as upstream has it (`handlers.go` `runHTTPHandler`). */
const fallbackEvent = (host: string): NewFact => ({
  type: 'event',
  eventType: 'Warning',
  reason: 'LifecycleHTTPFallback',
  message: `request to HTTPS lifecycle hook ${host} got HTTP response, retry with HTTP succeeded`,
});
