/** Whether a heap grows with the Pods that an agent has lived through. */
import type { HeapFold } from './fold-heap.ts';

/** The heap in an idle moment, after so many Pods. */
export interface HeapSample {
  readonly podsLived: number;
  readonly heap: HeapFold;
}

export interface Growth {
  readonly name: string;
  /** One count a sample, oldest first. */
  readonly counts: readonly number[];
  /** From the first to the last sample. */
  readonly perHundredPods: number;
}

export interface GrowthBounds {
  /** Objects of one constructor, each 100 Pods. */
  readonly perHundredPods: number;
  /** What is never called growth between two samples, however few the Pods. */
  readonly atLeast: number;
}

/**
 * What a leak looks like: from each sample to the next it grows by more than the bounds allow, for what is kept of every
 * Pod is kept in every round. What went up once and stays (a cache that filled, compiled code) is none. Only things with a
 * name are judged one by one: objects and closures; strings, arrays and code belong to them. `boundsOf` may be stricter
 * with some names. Throws with fewer than three samples.
 */
export function judgeGrowth(samples: readonly HeapSample[], boundsOf: (name: string) => GrowthBounds): readonly Growth[] {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || samples.length < 3) throw new Error('Growth takes at least three samples');
  const pods = Math.max(1, last.podsLived - first.podsLived);
  return [...last.heap.keys()]
    .filter((name) => !name.startsWith('(') && growsAlways(samples, name, boundsOf(name)))
    .map((name) => ({ name, counts: samples.map((sample) => countOf(sample, name)) }))
    .map(({ name, counts }) => ({ name, counts, perHundredPods: (((counts.at(-1) ?? 0) - (counts[0] ?? 0)) * 100) / pods }))
    .sort((a, b) => b.perHundredPods - a.perHundredPods);
}

export const heapBytes = (heap: HeapFold): number => [...heap.values()].reduce((sum, { bytes }) => sum + bytes, 0);

function growsAlways(samples: readonly HeapSample[], name: string, { perHundredPods, atLeast }: GrowthBounds): boolean {
  return samples.every((sample, index) => {
    const before = samples[index - 1];
    if (before === undefined) return true;
    const allowed = Math.max(atLeast, (perHundredPods * (sample.podsLived - before.podsLived)) / 100);
    return countOf(sample, name) - countOf(before, name) > allowed;
  });
}

const countOf = ({ heap }: HeapSample, name: string): number => heap.get(name)?.count ?? 0;
