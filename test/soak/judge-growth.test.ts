import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HeapFold } from './fold-heap.ts';
import { type HeapSample, heapBytes, judgeGrowth } from './judge-growth.ts';

const BOUNDS = () => ({ perHundredPods: 5, atLeast: 10 });
const heapOf = (counts: Readonly<Record<string, number>>): HeapFold =>
  new Map(Object.entries(counts).map(([name, count]) => [name, { count, bytes: count * 16 }]));
const samplesOf = (...all: readonly Readonly<Record<string, number>>[]): readonly HeapSample[] =>
  all.map((counts, index) => ({ podsLived: 50 + index * 200, heap: heapOf(counts) }));

describe('judgeGrowth', () => {
  it('names what grows at every sample, the fastest first', () => {
    const samples = samplesOf(
      { Map: 100, PodWorker: 0, Set: 7 },
      { Map: 150, PodWorker: 200, Set: 7 },
      { Map: 200, PodWorker: 400, Set: 7 },
    );
    deepEqual(judgeGrowth(samples, BOUNDS), [
      { name: 'PodWorker', counts: [0, 200, 400], perHundredPods: 100 },
      { name: 'Map', counts: [100, 150, 200], perHundredPods: 25 },
    ]);
  });

  it('lets pass what filled once and stays', () => {
    deepEqual(judgeGrowth(samplesOf({ Map: 100 }, { Map: 500 }, { Map: 500 }), BOUNDS), []);
    deepEqual(judgeGrowth(samplesOf({ Map: 100 }, { Map: 90 }, { Map: 500 }), BOUNDS), []);
  });

  it('lets pass as much as the bounds allow for so many Pods, and no more', () => {
    deepEqual(judgeGrowth(samplesOf({ Map: 0 }, { Map: 10 }, { Map: 50 }), BOUNDS), []);
    equal(judgeGrowth(samplesOf({ Map: 0 }, { Map: 11 }, { Map: 22 }), BOUNDS).length, 1);
    const manyPods = samplesOf({ Map: 0 }, { Map: 11 }, { Map: 22 }).map(({ heap }, index) => ({ podsLived: index * 300, heap }));
    deepEqual(judgeGrowth(manyPods, BOUNDS), []);
    const fewPods = samplesOf({ Map: 0 }, { Map: 5 }, { Map: 10 }).map(({ heap }, index) => ({ podsLived: index, heap }));
    deepEqual(judgeGrowth(fewPods, BOUNDS), []);
  });

  it('sees what was not there at all before', () => {
    deepEqual(
      judgeGrowth(samplesOf({}, { Leak: 200 }, { Leak: 400 }), BOUNDS).map(({ name }) => name),
      ['Leak'],
    );
  });

  it('is as strict with each name as it is told to be', () => {
    const samples = samplesOf({ Map: 0, PodWorkers: 1 }, { Map: 2, PodWorkers: 3 }, { Map: 4, PodWorkers: 5 });
    const strict = (name: string) => (name === 'PodWorkers' ? { perHundredPods: 0, atLeast: 0 } : BOUNDS());
    deepEqual(
      judgeGrowth(samples, strict).map(({ name }) => name),
      ['PodWorkers'],
    );
  });

  it('judges no strings, arrays and code one by one', () => {
    deepEqual(judgeGrowth(samplesOf({ '(string)': 0 }, { '(string)': 500 }, { '(string)': 1000 }), BOUNDS), []);
  });

  it('refuses to judge by two samples', () => {
    throws(() => judgeGrowth(samplesOf({ Map: 1 }, { Map: 2 }), BOUNDS), /at least three/);
  });
});

describe('heapBytes', () => {
  it('adds up everything', () => equal(heapBytes(heapOf({ Map: 1, '(string)': 2 })), 48));
});
