import type { NewFact } from '../core/journal-record.ts';
import type { ContainerState } from '../core/runtime-state.ts';
import type { Step } from '../core/step.ts';
import { deliverHook } from './deliver-hook.ts';
import { createContainer, startContainer } from './make-container.ts';
import { runSandbox } from './make-sandbox.ts';
import { removeContainer, removeSandbox, stopSandbox } from './remove-from-runtime.ts';
import { sendSignal } from './send-signal.ts';
import { endingPod } from './tell-pod-event.ts';
import { hookTask, type WorkerContext } from './worker-context.ts';

/** What a performed step means for the next decision. */
export type Progress =
  /** The journal knows more; the runtime is as it was seen. */
  | 'journal'
  /** The runtime is to be looked at again. */
  | 'runtime'
  /** The runtime said so itself: this container is now as given, everything else as it was seen. */
  | { readonly container: ContainerState }
  /** Nothing changed yet: the step works by something that will wake the worker. */
  | 'later';

export async function performStep(context: WorkerContext, step: Step): Promise<Progress> {
  const { cri } = context.parts.runtime;
  switch (step.kind) {
    case 'record':
      await context.log.append(step.facts);
      forgetTold(context, step.facts);
      return 'journal';
    case 'deliverHook':
      await deliverHook(context, step);
      return 'journal';
    case 'endHook':
      context.tasks.end(hookTask(step.container, step.hook), step.because);
      return 'later';
    case 'cleanUp':
      await context.parts.podCgroups.tearDown(context.pod.metadata.uid);
      await context.parts.volumes.tearDown(context.pod.metadata.uid);
      context.memory.cleanedUp = true;
      return 'journal';
    case 'runSandbox':
      await runSandbox(context, step.attempt);
      return 'runtime';
    case 'stopSandbox':
      await endingPod(context, async () => {
        await stopSandbox(context, step.sandboxId);
        // Every container of the Pod has ended for good.
        await context.parts.podCgroups.tearDown(context.pod.metadata.uid);
      });
      return 'runtime';
    case 'removeSandbox':
      await endingPod(context, () => removeSandbox(context, step.sandboxId));
      return 'runtime';
    case 'createContainer':
      return unlessUntold(context, await createContainer(context, step));
    case 'startContainer':
      return unlessUntold(context, await startContainer(context, step));
    case 'removeContainer':
      await removeContainer(context, step.containerId);
      return 'runtime';
    case 'sendSignal':
      await endingPod(context, () => sendSignal(context, step));
      return unlessUntold(context, 'journal');
    case 'forceStop':
      await endingPod(context, () => cri.stopContainer(step.containerId, 0));
      return 'runtime';
    default:
      step satisfies never;
      throw new Error(`Cannot perform step "${(step as Step).kind}"`);
  }
}

/** What somebody wanted is the journal's to know from here on. */
function forgetTold({ memory }: WorkerContext, facts: readonly NewFact[]): void {
  for (const { type } of facts) {
    if (type === 'pod.updated') {
      delete memory.wantedPod;
      // A downwardAPI volume shows labels and annotations.
      memory.volumes.stale = true;
    }
    if (type === 'pod.ending') delete memory.wantedEnd;
  }
}

/** Where no events tell what happens next, only another look does. */
const unlessUntold = ({ parts }: WorkerContext, progress: Progress): Progress =>
  parts.runtime.events === undefined ? 'runtime' : progress;
