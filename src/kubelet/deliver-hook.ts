/** One delivery: journaled as started, run beside the worker's loop, its outcome handed back as facts. */
import { execIdOf, handlerKind } from '../core/hook/delivery.ts';
import { finishedFacts } from '../core/hook/finished-facts.ts';
import { type Instant, msBetween } from '../core/instant.ts';
import type { Fact } from '../core/journal-record.ts';
import type { HookDelivery } from '../core/step.ts';
import type { HookReport } from '../hooks/hook-run.ts';
import { runHook } from '../hooks/run-hook.ts';
import type { LifecycleHandler } from '../model/pod.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { TaskEnd } from './pod-tasks.ts';
import { tellInterrupted } from './tell-interrupted.ts';
import { hookTask, type WorkerContext } from './worker-context.ts';

export async function deliverHook(context: WorkerContext, delivery: HookDelivery): Promise<void> {
  const { pod, log, tasks, parts } = context;
  const handler = pod.spec.containers.find(({ name }) => name === delivery.container)?.lifecycle?.[delivery.hook];
  if (handler === undefined) throw new Error(`Cannot deliver ${delivery.hook} of "${delivery.container}": it has no such hook`);
  const execId =
    handler.exec !== undefined && parts.runtime.nativeExec !== undefined ? execIdOf(delivery.hook, delivery.attempt) : undefined;
  if (delivery.mode === 'deliver') await log.append([startedFact(delivery, handler, execId, parts.clock.now())]);
  const startedAt = startOf(context, delivery);
  const run = { handler, containerId: delivery.containerId, mode: delivery.mode, startedAt, ...(execId === undefined ? {} : { execId }) };
  tasks.start(hookTask(delivery.container, delivery.hook), async (signal) => {
    const { clock, runtime } = parts;
    const report = await runHook(
      run,
      { clock, cri: runtime.cri, ...(runtime.nativeExec === undefined ? {} : { nativeExec: runtime.nativeExec }) },
      signal,
    );
    const judged = handler.exec === undefined ? report : await tellInterrupted(context, delivery.containerId, { report, signal });
    return reported(context, { delivery, handler, startedAt }, judged);
  });
}

function startedFact(delivery: HookDelivery, handler: LifecycleHandler, execId: string | undefined, at: Instant): Fact {
  const { container, restartCount, containerId, hook, attempt } = delivery;
  const fact = {
    type: 'hook.started',
    container,
    restartCount,
    hook,
    handler: handlerKind(handler),
    attempt,
    retry: 0,
    containerId,
    at,
  } as const;
  return execId === undefined ? fact : { ...fact, execId };
}

function startOf({ log, parts }: WorkerContext, { container, hook }: HookDelivery): Instant {
  const delivery = log.history.containers[container]?.run?.[hook];
  return delivery?.state === 'started' ? delivery.at : parts.clock.now();
}

interface Begun {
  readonly delivery: HookDelivery;
  readonly handler: LifecycleHandler;
  readonly startedAt: Instant;
}

async function reported(context: WorkerContext, begun: Begun, report: HookReport): Promise<TaskEnd> {
  if (report === 'detached') return { facts: () => [] };
  const { pod, parts } = context;
  const { container, restartCount, hook, attempt, containerId } = begun.delivery;
  const { output, ...outcome } = report;
  const key = { uid: pod.metadata.uid, container, restartCount, hook, attempt };
  if (output !== undefined) {
    // The outcome is worth more than the output: it is recorded even when the output cannot be kept.
    await parts.hookOutput
      .write(key, output)
      .catch((error: unknown) => parts.logger.warn('hook output was not kept', { ...key, error: messageOf(error) }));
  }
  const durationMs = Math.max(0, Math.round(msBetween(begun.startedAt, parts.clock.now())));
  const finished = {
    type: 'hook.finished',
    container,
    restartCount,
    hook,
    handler: handlerKind(begun.handler),
    attempt,
    retry: 0,
    durationMs,
    ...outcome,
  } as const;
  return {
    facts: (history) => finishedFacts({ pod, history }, finished),
    settled: () => {
      if (begun.handler.exec !== undefined)
        void parts.runtime.nativeExec?.remove(containerId, execIdOf(hook, attempt)).catch(() => undefined);
    },
  };
}
