/** What a soak says at its end: how the agent's memory stood, what was done, and how it went. */
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { summarize } from '../../bench/measure.ts';
import { sourceFiles } from '../../scripts/source-files.ts';
import type { BoundedCache, HeapEntry } from './fold-heap.ts';
import type { GoneLog } from './gone-log.ts';
import { type GrowthBounds, heapBytes, judgeGrowth } from './judge-growth.ts';
import type { SoakSample } from './soak-session.ts';

/** One object in a hundred Pods, and between two samples what happens to be under way. */
const HEAP_BOUNDS: GrowthBounds = { perHundredPods: 1, atLeast: 2 };
/** A short run is still warming up: code is met for the first time, and caches fill. */
const SHORT_RUN_BOUNDS: GrowthBounds = { perHundredPods: 1, atLeast: 20 };
const PODS_OF_A_LONG_ROUND = 50;
/** Of these there are as many in one idle moment as in the next. */
const NO_GROWTH: GrowthBounds = { perHundredPods: 0, atLeast: 0 };
const BYTES_A_POD = 256;

/** The process specifications of the last 256 containers with exec probes; the last 64 events of each gRPC channel. */
export const BOUNDED_CACHES: readonly BoundedCache[] = [
  { owner: 'TransientExecs', field: '#specs' },
  { owner: 'ChannelzTrace', field: 'events' },
];

/** The classes of hooklet itself: what is kept of one, once an agent's restart even, is a leak. */
const ownClasses: ReadonlySet<string> = new Set(
  sourceFiles('src', '.ts').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^(?:export )?(?:abstract )?class (\w+)/gm)].map(([, name]) => name ?? ''),
  ),
);

export function judgeSamples(samples: readonly SoakSample[]): readonly string[] {
  const isLong = samples.every(({ podsLived }, index) => podsLived - (samples[index - 1]?.podsLived ?? -Infinity) >= PODS_OF_A_LONG_ROUND);
  const bounds = isLong ? HEAP_BOUNDS : SHORT_RUN_BOUNDS;
  const grown = judgeGrowth(samples, (name) => (ownClasses.has(name) ? NO_GROWTH : bounds)).map(
    ({ name, counts, perHundredPods }) => `heap: ${counts.join(' → ')} of ${name}, ${perHundredPods.toFixed(1)} more each 100 Pods`,
  );
  const handles = (['openFiles', 'resources'] as const).flatMap((kind) => {
    const counted = samples.map(({ podsLived, measure }) => ({
      podsLived,
      heap: new Map<string, HeapEntry>(Object.entries(measure[kind]).map(([name, count]) => [name, { count, bytes: 0 }])),
    }));
    return judgeGrowth(counted, () => NO_GROWTH).map(({ name, counts }) => `${kind}: ${counts.join(' → ')} of ${name}`);
  });
  return [...grown, ...handles, ...(isLong ? judgeBytes(samples) : [])];
}

/** Strings and arrays have no constructor: a leak of nothing else shows in the sum. */
function judgeBytes(samples: readonly SoakSample[]): readonly string[] {
  const sums = samples.map(({ heap }) => heapBytes(heap) - (heap.get('(code)')?.bytes ?? 0));
  const growsAlways = sums.every((sum, index) => index === 0 || sum > (sums[index - 1] ?? 0));
  const pods = (samples.at(-1)?.podsLived ?? 0) - (samples[0]?.podsLived ?? 0);
  const aPod = ((sums.at(-1) ?? 0) - (sums[0] ?? 0)) / Math.max(1, pods);
  return growsAlways && aPod > BYTES_A_POD ? [`heap: ${sums.join(' → ')} bytes without code, ${Math.round(aPod)} more a Pod`] : [];
}

export interface SoakFacts {
  readonly samples: readonly SoakSample[];
  readonly counts: ReadonlyMap<string, number>;
  readonly warnings: ReadonlyMap<string, number>;
  readonly log: GoneLog;
}

export function figuresOf({ samples, counts, warnings, log }: SoakFacts): readonly string[] {
  const list = (map: ReadonlyMap<string, number>): string =>
    [...map]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  return [
    `load average at the end ${loadavg()[0]?.toFixed(1)}; ${log.count} Pods lived, ${log.records} records`,
    ...samples.map(sampleLine),
    ...mostGrown(samples),
    seconds('wish → container ready', log.readyMs),
    seconds('end of the grace → Pod gone', log.overrunsMs),
    `done: ${list(counts)}`,
    `hooks: ${list(log.hooks)}`,
    ...[...warnings].sort(([, a], [, b]) => b - a).map(([message, count]) => `the agent warned ${count} times: ${message}`),
  ];
}

function sampleLine({ podsLived, heap, measure }: SoakSample): string {
  const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`;
  const files = Object.values(measure.openFiles).reduce((sum, count) => sum + count, 0);
  const objects = [...heap.values()].reduce((sum, { count }) => sum + count, 0);
  const snapshot = `${objects} objects of ${mib(heapBytes(heap))}, of it code ${mib(heap.get('(code)')?.bytes ?? 0)}`;
  return [
    `after ${podsLived} Pods: RSS ${mib(measure.rssKiB * 1024)}`,
    `heap used ${mib(measure.heapUsedBytes)}`,
    ...(heap.size === 0 ? [] : [snapshot]),
    `${files} open files`,
  ].join(', ');
}

/** Also what stays within its bounds: the next who looks for a leak begins here. */
function mostGrown(samples: readonly SoakSample[]): readonly string[] {
  if (samples.length < 3) return [];
  return judgeGrowth(samples, () => NO_GROWTH)
    .slice(0, 8)
    .map(({ name, counts }) => `grew, perhaps by chance: ${counts.join(' → ')} of ${name}`);
}

function seconds(what: string, valuesMs: readonly number[]): string {
  if (valuesMs.length === 0) return `${what}: never`;
  const { n, median, p90, max } = summarize(valuesMs);
  const text = (ms: number): string => (ms / 1000).toFixed(1);
  return `${what}: median ${text(median)} s, p90 ${text(p90)} s, longest ${text(max)} s (${n})`;
}
