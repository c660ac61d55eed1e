/**
 * One Pod after the other, by bare calls and by hooklet in turns, so that whatever else the machine does slows both.
 * "Begins" is the moment at which the start of the hook's process is asked for, for both.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { BarePods, type BareStopTimes, type BareTimes } from './bare-pods.ts';
import { type BareSeries, bareMeasures, busyMachine } from './bare-reference.ts';
import type { BenchNode } from './bench-node.ts';
import { endingPod, servingPod } from './bench-pods.ts';
import { type GraceRound, graceMeasures, graceRound } from './grace.ts';
import type { KubeletPods } from './kubelet-pods.ts';
import type { Measure, PartResult } from './measure.ts';
import { traceLines } from './trace.ts';

/** What was begun before (the removal of an exec, a checkpoint) shall be over before the next thing is measured. */
const REST_MS = 150;

/** Two shells are started and make their pipes meanwhile. */
const PIPES_MS = 50;
const FINISHED_POLL_MS = 20;

const CRASH = { restartCount: 1 } as const;

interface Round {
  readonly beginMs: number;
  readonly readyMs: number;
  readonly restartMs: number;
  readonly stopMs: number;
}

/** The calls on the way to a hook's begin, as they went inside hooklet. */
interface OwnCalls {
  readonly RunPodSandbox: number;
  readonly CreateContainer: number;
  readonly StartContainer: number;
  readonly execCreate: number;
}

type OwnRound = Round & { readonly calls: OwnCalls };
type BareRound = Round & { readonly start: BareTimes; readonly stop: BareStopTimes };

export interface LifecycleOptions {
  readonly rounds: number;
  readonly progress: (what: string) => void;
  /** Told what hooklet did in the last round, call by call. */
  readonly trace?: (line: string) => void;
}

export async function measureLifecycle(bench: BenchNode, kubelet: KubeletPods, options: LifecycleOptions): Promise<PartResult> {
  const { rounds, progress } = options;
  const bare = new BarePods(bench, { pipesMs: PIPES_MS });
  const bareRounds: BareRound[] = [];
  const ownRounds: OwnRound[] = [];
  const noticed: number[] = [];
  const grace: GraceRound[] = [];
  try {
    for (let round = 0; round <= rounds; round += 1) {
      progress(round === 0 ? 'one Pod after the other: warming up' : `one Pod after the other: ${round} of ${rounds}`);
      const trace = round === rounds ? options.trace : undefined;
      const own = async (): Promise<void> => void ownRounds.push(await ownRound(bench, kubelet, { name: `own-${round}`, trace }));
      const calls = async (): Promise<void> => void bareRounds.push(await bareRound(bench, bare, `bare-${round}`));
      // Who comes second finds warmer caches.
      for (const turn of round % 2 === 0 ? [calls, own] : [own, calls]) await turn();
      noticed.push(await exitRound(bench, kubelet, `ends-${round}`));
      grace.push(await graceRound(bench, kubelet, round));
    }
  } finally {
    await bare.removeAll();
  }
  const result = lifecycleResult(bareRounds.slice(1), ownRounds.slice(1), noticed.slice(1));
  return { ...result, measures: [...result.measures, ...graceMeasures(grace.slice(1))] };
}

async function bareRound(bench: BenchNode, bare: BarePods, name: string): Promise<BareRound> {
  const { signal } = bench;
  const { made, times } = await bare.start(servingPod(name));
  await bench.untilServing(made.pod.metadata.uid, 0);
  await sleep(REST_MS, undefined, { signal });
  const crashed = await bare.crash(made);
  await bench.untilServing(made.pod.metadata.uid, 1);
  await sleep(REST_MS, undefined, { signal });
  const stop = await bare.stop(crashed.made);
  const beginMs = times.RunPodSandbox + times.CreateContainer + times.StartContainer + times.execCreate;
  const stopMs = stop.termToExit + stop.StopPodSandbox + stop.RemovePodSandbox;
  return { beginMs, readyMs: beginMs + times.execRun, restartMs: crashed.ms, stopMs, start: times, stop };
}

interface OwnRoundOptions {
  readonly name: string;
  readonly trace: ((line: string) => void) | undefined;
}

async function ownRound(bench: BenchNode, kubelet: KubeletPods, { name, trace }: OwnRoundOptions): Promise<OwnRound> {
  const pod = servingPod(name);
  const { uid } = pod.metadata;
  kubelet.calls.clear();
  const putMs = kubelet.put(pod);
  const ready = await kubelet.until(pod, 'container.ready');
  const { containerId } = createdOf((await kubelet.until(pod, 'container.created')).record);
  const begun = kubelet.calls.find('follow', containerId)?.startMs ?? Number.NaN;
  const calls: OwnCalls = {
    RunPodSandbox: kubelet.calls.msOf('runPodSandbox'),
    CreateContainer: kubelet.calls.msOf('createContainer'),
    StartContainer: kubelet.calls.msOf('startContainer'),
    execCreate: kubelet.calls.msOf('create'),
  };
  await bench.untilServing(uid, 0);
  await sleep(REST_MS, undefined, { signal: bench.signal });
  const killedMs = performance.now();
  await bench.signals.kill(containerId, 'SIGKILL');
  const isNext = (record: object): boolean => 'restartCount' in record && record.restartCount === CRASH.restartCount;
  const restarted = await kubelet.until(pod, 'container.started', isNext);
  await kubelet.until(pod, 'container.ready', isNext);
  await bench.untilServing(uid, 1);
  await sleep(REST_MS, undefined, { signal: bench.signal });
  const deletedMs = kubelet.delete(pod);
  const removed = await kubelet.until(pod, 'pod.removed');
  if (trace !== undefined) for (const line of traceLines(kubelet.calls.calls, kubelet.recordsOf(pod), putMs)) trace(line);
  return {
    beginMs: begun - putMs,
    readyMs: ready.atMs - putMs,
    restartMs: restarted.atMs - killedMs,
    stopMs: removed.atMs - deletedMs,
    calls,
  };
}

function createdOf(record: object): { readonly containerId: string } {
  if (!('containerId' in record) || typeof record.containerId !== 'string') throw new Error('A created container has an id');
  return { containerId: record.containerId };
}

/** From the end of a container, as the runtime dates it, to its durable `container.exited`. */
async function exitRound(bench: BenchNode, kubelet: KubeletPods, name: string): Promise<number> {
  const pod = endingPod(name);
  kubelet.put(pod);
  const { atMs } = await kubelet.until(pod, 'container.exited');
  const wallMs = Date.now() - (performance.now() - atMs);
  const finishedAtMs = await finishedAt(bench, pod.metadata.uid);
  kubelet.delete(pod);
  await kubelet.until(pod, 'pod.removed');
  return wallMs - finishedAtMs;
}

/** The runtime's own status is behind its events by up to 100 ms. */
async function finishedAt({ node, signal }: BenchNode, uid: string): Promise<number> {
  for (;;) {
    const [container] = await node.runtime.cri.listContainers(uid);
    if (container?.phase === 'exited') return container.finishedAtMs;
    await sleep(FINISHED_POLL_MS, undefined, { signal });
  }
}

function lifecycleResult(bare: readonly BareRound[], own: readonly OwnRound[], noticed: readonly number[]): PartResult {
  const series: BareSeries = {
    RunPodSandbox: bare.map(({ start }) => start.RunPodSandbox),
    CreateContainer: bare.map(({ start }) => start.CreateContainer),
    StartContainer: bare.map(({ start }) => start.StartContainer),
    'exec of true': bare.map(({ start }) => start.execCreate + start.execRun),
    'SIGTERM to exit': bare.map(({ stop }) => stop.termToExit),
    StopPodSandbox: bare.map(({ stop }) => stop.StopPodSandbox),
    RemovePodSandbox: bare.map(({ stop }) => stop.RemovePodSandbox),
  };
  const row = (name: string, of: keyof Round, max: number) =>
    ({
      name,
      unit: 'ms',
      values: own.map((round) => round[of]),
      bare: bare.map((round) => round[of]),
      goal: { of: 'ratio', max },
    }) as const;
  const busy = busyMachine(series);
  return {
    part: 'lifecycle',
    command: 'npm run bench -- lifecycle',
    measures: [
      ...bareMeasures(series),
      row('create → postStart begins', 'beginMs', 1.1),
      ...callMeasures(bare, own),
      row('create → container ready', 'readyMs', 1.1),
      row('crash → restarted container runs', 'restartMs', 1.1),
      row('delete (SIGTERM) → Pod removed', 'stopMs', 1.15),
      { name: 'container exit → noticed', unit: 'ms', values: noticed, goal: { of: 'median', max: 20 } },
    ],
    ...(busy === undefined ? {} : { isVoid: busy }),
  };
}

/** Where the time until the hook goes: in the same calls, slower or faster than bare ones, or in hooklet itself. */
function callMeasures(bare: readonly BareRound[], own: readonly OwnRound[]): readonly Measure[] {
  const names: readonly (keyof OwnCalls)[] = ['RunPodSandbox', 'CreateContainer', 'StartContainer', 'execCreate'];
  const ofCalls = names.map((name) => ({
    name: `  in it: ${name}`,
    unit: 'ms' as const,
    values: own.map(({ calls }) => calls[name]),
    bare: bare.map(({ start }) => start[name]),
  }));
  const besides = own.map(({ beginMs, calls }) => names.reduce((left, name) => left - calls[name], beginMs));
  return [...ofCalls, { name: '  in it: hooklet itself', unit: 'ms', values: besides }];
}
