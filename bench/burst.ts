/** Many Pods at once: bare calls in as many lanes as hooklet starts Pods side by side, against hooklet. */
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from '../src/model/pod.ts';
import { type BarePod, BarePods } from './bare-pods.ts';
import type { BenchNode } from './bench-node.ts';
import { servingPod } from './bench-pods.ts';
import type { KubeletPods } from './kubelet-pods.ts';
import type { Measure, PartResult } from './measure.ts';

export interface BurstOptions {
  readonly pods: number;
  readonly rounds: number;
  readonly progress: (what: string) => void;
}

interface Burst {
  readonly startMs: number;
  readonly stopMs: number;
}

/** Until the next burst nothing of the last one shall be left to do. */
const REST_MS = 500;

export async function measureBurst(bench: BenchNode, kubelet: KubeletPods, { pods, rounds, progress }: BurstOptions): Promise<PartResult> {
  const bare = new BarePods(bench, { pipesMs: 0 });
  const bareBursts: Burst[] = [];
  const ownBursts: Burst[] = [];
  try {
    for (let round = 1; round <= rounds; round += 1) {
      progress(`${pods} Pods at once: bare calls, ${round} of ${rounds}`);
      bareBursts.push(await bareBurst(bench, bare, podsOf(`bare-${round}`, pods)));
      await sleep(REST_MS, undefined, { signal: bench.signal });
      progress(`${pods} Pods at once: hooklet, ${round} of ${rounds}`);
      ownBursts.push(await ownBurst(bench, kubelet, podsOf(`own-${round}`, pods)));
      await sleep(REST_MS, undefined, { signal: bench.signal });
    }
  } finally {
    await bare.removeAll();
  }
  const row = (name: string, of: keyof Burst, max: number): Measure => ({
    name,
    unit: 'ms',
    values: ownBursts.map((burst) => burst[of]),
    bare: bareBursts.map((burst) => burst[of]),
    goal: { of: 'ratio', max },
  });
  return {
    part: 'burst',
    command: 'npm run bench -- burst',
    measures: [
      row(`create ${pods} Pods at once → all ready`, 'startMs', 1.1),
      row(`delete ${pods} Pods at once → all removed`, 'stopMs', 1.15),
    ],
  };
}

const podsOf = (name: string, count: number): readonly Pod[] => Array.from({ length: count }, (_, index) => servingPod(`${name}-${index}`));

async function bareBurst(bench: BenchNode, bare: BarePods, pods: readonly Pod[]): Promise<Burst> {
  const left = [...pods];
  const made: BarePod[] = [];
  const lane = async (): Promise<void> => {
    for (let pod = left.shift(); pod !== undefined; pod = left.shift()) made.push((await bare.start(pod)).made);
  };
  const startMs = await timeOf(() => Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, lane)));
  await untilAllServe(bench, pods);
  const stopMs = await timeOf(() => Promise.all(made.map((pod) => bare.stop(pod))));
  return { startMs, stopMs };
}

async function ownBurst(bench: BenchNode, kubelet: KubeletPods, pods: readonly Pod[]): Promise<Burst> {
  const startMs = await timeOf(() => {
    for (const pod of pods) kubelet.put(pod);
    return Promise.all(pods.map((pod) => kubelet.until(pod, 'container.ready')));
  });
  await untilAllServe(bench, pods);
  const stopMs = await timeOf(() => {
    for (const pod of pods) kubelet.delete(pod);
    return Promise.all(pods.map((pod) => kubelet.until(pod, 'pod.removed')));
  });
  return { startMs, stopMs };
}

async function untilAllServe(bench: BenchNode, pods: readonly Pod[]): Promise<void> {
  await Promise.all(pods.map(({ metadata }) => bench.untilServing(metadata.uid, 0)));
  await sleep(REST_MS, undefined, { signal: bench.signal });
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
