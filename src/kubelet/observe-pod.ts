import type { HookName } from '../core/journal-record.ts';
import type { PodView } from '../core/pod/pod-view.ts';
import type { ContainerState, ExecState, SandboxState } from '../core/runtime-state.ts';
import { findContainer, podContainers } from '../model/pod-containers.ts';
import { rejectionOf } from './admit-pod.ts';
import { hookTask, imageTask, type WorkerContext } from './worker-context.ts';

const HOOKS: readonly HookName[] = ['postStart', 'preStop'];

/** What the runtime shows of one Pod. */
export interface RuntimeSight {
  readonly sandboxes: readonly SandboxState[];
  readonly containers: readonly ContainerState[];
}

export async function lookAtRuntime({ pod, parts }: WorkerContext): Promise<RuntimeSight> {
  const { cri } = parts.runtime;
  const [sandboxes, containers] = await Promise.all([cri.listSandboxes(pod.metadata.uid), cri.listContainers(pod.metadata.uid)]);
  return { sandboxes, containers };
}

/** Everything the next decision may depend on: wanted, remembered, seen, and running in this agent. */
export async function viewPod(context: WorkerContext, sight: RuntimeSight): Promise<PodView> {
  const { pod, parts, log, tasks, memory } = context;
  const rejection = await rejectionOf(context, sight.sandboxes);
  const wanted = parts.source.get(pod.metadata.uid);
  const keys = new Set(tasks.keys());
  const names = podContainers(pod).map(({ spec }) => spec.name);
  const pairs = names.flatMap((container) => HOOKS.map((hook) => ({ container, hook })));
  const inFlight = pairs.filter(({ container, hook }) => keys.has(hookTask(container, hook)));
  const unattended = pairs.filter(({ container, hook }) => !keys.has(hookTask(container, hook)));
  const execs = (await Promise.all(unattended.map((pair) => execState(context, pair)))).flat();
  const containers = await withLastWords(context, sight.containers);
  return {
    pod,
    ...(wanted?.deletion === undefined
      ? {}
      : { wantedDeletion: { ...wanted.deletion, seenAt: memory.deletion?.seenAt ?? parts.clock.now() } }),
    ...(rejection === undefined ? {} : { rejection }),
    ...(memory.wantedPod === undefined ? {} : { wantedPod: memory.wantedPod }),
    ...(memory.wantedEnd === undefined ? {} : { wantedEnd: memory.wantedEnd }),
    history: log.history,
    settings: parts.host.settings,
    probes: context.probes.standings(),
    sandboxes: sight.sandboxes,
    containers,
    // After whatever had to be waited for: a deadline may have passed meanwhile.
    now: parts.clock.now(),
    inFlight,
    gettingImages: names.filter((name) => keys.has(imageTask(name))),
    execs,
    cleanedUp: memory.cleanedUp,
  };
}

/** An instance that has ended tells its last words, once: when its end is about to be recorded. */
async function withLastWords(
  { pod, parts, log }: WorkerContext,
  containers: readonly ContainerState[],
): Promise<readonly ContainerState[]> {
  return Promise.all(
    containers.map(async (state) => {
      const run = log.history.containers[state.name]?.run;
      const spec = findContainer(pod, state.name)?.spec;
      if (state.phase !== 'exited' || run?.containerId !== state.id || run.phase === 'exited' || spec === undefined) return state;
      const { restartCount, exitCode } = state;
      return { ...state, terminationMessage: await parts.volumes.terminationMessage(pod, spec, { restartCount, exitCode }) };
    }),
  );
}

type HookOfContainer = { readonly container: string; readonly hook: HookName };

/** Asked only for a delivery that was begun and that nobody here runs: after a crash, or after the runtime was away. */
async function execState(
  { log, parts }: WorkerContext,
  pair: HookOfContainer,
): Promise<readonly (HookOfContainer & { readonly state: ExecState })[]> {
  const run = log.history.containers[pair.container]?.run;
  const delivery = run?.[pair.hook];
  if (delivery?.state !== 'started' || delivery.execId === undefined || run?.containerId === undefined) return [];
  const state = await parts.runtime.nativeExec?.state(run.containerId, delivery.execId);
  return state === undefined ? [] : [{ ...pair, state }];
}
