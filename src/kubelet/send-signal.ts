import { addMs } from '../core/instant.ts';
import type { Step } from '../core/step.ts';
import { msLeft } from '../core/termination/deadline.ts';
import type { Container } from '../model/pod.ts';
import type { Clock } from '../ports/clock.ts';
import { containerOf, stopTask, type WorkerContext } from './worker-context.ts';

type SendSignal = Extract<Step, { kind: 'sendSignal' }>;

/** The stop signal or SIGKILL, to the container's first process; recorded once it was sent. */
export async function sendSignal(context: WorkerContext, step: SendSignal): Promise<void> {
  const { parts, log } = context;
  const signal = step.signal === 'SIGKILL' ? 'SIGKILL' : await stopSignal(context, step.container);
  const { signals } = parts.runtime;
  if (signals === undefined) stopByRuntime(context, step, signal);
  else await signals.kill(step.containerId, signal);
  const { container, restartCount, deadline } = step;
  await log.append([{ type: 'signal.sent', container, restartCount, signal, at: parts.clock.now(), deadline }]);
}

/** `lifecycle.stopSignal`, else the image's STOPSIGNAL, else SIGTERM (`lifecycle.md` 6). */
async function stopSignal(context: WorkerContext, name: string): Promise<string> {
  const container = containerOf(context, name);
  return container.lifecycle?.stopSignal ?? (await inTime(context.parts.clock, imageStopSignal(context, container))) ?? 'SIGTERM';
}

/** How long a stop waits to learn which signal the image wants. */
const ANSWER_WITHIN_MS = 1_000;

async function inTime<T>(clock: Clock, asked: Promise<T>): Promise<T | undefined> {
  const timer = new AbortController();
  const late = clock.waitUntil(addMs(clock.now(), ANSWER_WITHIN_MS), timer.signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    timer.abort('answered');
  }
}

/** Asked for once an instance, and again when no answer could be had; that is no reason not to stop. */
export function imageStopSignal({ parts, memory }: WorkerContext, { name, image }: Container): Promise<string | undefined> {
  const known = memory.imageStopSignals.get(name);
  if (known !== undefined) return known;
  const asked = parts.runtime.signals?.imageStopSignal(image).catch(() => {
    memory.imageStopSignals.delete(name);
    return undefined;
  });
  if (asked === undefined) return Promise.resolve(undefined);
  memory.imageStopSignals.set(name, asked);
  return asked;
}

/** A runtime that takes no signals stops a container in one call of its own; it runs beside the loop, never cut short. */
function stopByRuntime({ parts, tasks }: WorkerContext, { containerId, deadline }: SendSignal, signal: string): void {
  const seconds = Math.ceil(msLeft(deadline, parts.clock.now()) / 1000);
  // A task of its own for SIGKILL: a deadline that came nearer does not wait for the stop that is under way.
  tasks.start(stopTask(containerId, signal), async () => {
    await parts.runtime.cri.stopContainer(containerId, seconds);
    return { facts: [] };
  });
}
