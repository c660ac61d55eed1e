import { deepEqual, equal, notDeepEqual, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assert as check, integer, property } from 'fast-check';
import { SeededRandom } from './seeded-random.ts';

const draws = (seed: number, count = 20): readonly number[] => {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

describe('SeededRandom', () => {
  it('repeats itself for the same seed, and differs for another', () => {
    deepEqual(draws(7), draws(7));
    notDeepEqual(draws(7), draws(8));
    notDeepEqual(draws(0), draws(1));
  });

  it('stays within its bounds and reaches both ends', () => {
    check(
      property(integer(), (seed) => {
        const random = new SeededRandom(seed);
        const seen = new Set(Array.from({ length: 200 }, () => random.integer(3, 5)));
        deepEqual([...seen].sort(), [3, 4, 5]);
        ok(draws(seed).every((value) => value >= 0 && value < 1));
      }),
    );
  });

  it('spreads evenly enough', () => {
    const random = new SeededRandom(42);
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let draw = 0; draw < 10_000; draw += 1) {
      const tenth = random.integer(0, 9);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    ok(
      tenths.every((count) => count > 850 && count < 1150),
      tenths.join(' '),
    );
  });

  it('pick, gives every item and undefined of none', () => {
    const random = new SeededRandom(1);
    equal(random.pick([]), undefined);
    deepEqual([...new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b', 'c'])))].sort(), ['a', 'b', 'c']);
  });

  it('chance, is as often true as it says', () => {
    const random = new SeededRandom(3);
    const hits = Array.from({ length: 10_000 }, () => random.chance(0.2)).filter((hit) => hit).length;
    ok(hits > 1850 && hits < 2150, String(hits));
  });
});
