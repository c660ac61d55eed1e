import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cpuQuota, cpuShares, cpuWeight } from './cpu-bandwidth.ts';

describe('cpuWeight()', () => {
  const WEIGHTS: readonly (readonly [shares: number, weight: number])[] = [
    [2, 1],
    [102, 4],
    [1024, 39],
    [131_072, 5000],
    [262_143, 9999],
    [262_144, 10_000],
  ];
  for (const [shares, weight] of WEIGHTS) test(`turns ${shares} shares into ${weight}`, () => assert.equal(cpuWeight(shares), weight));

  test('stays within what the kernel takes, and more shares never weigh less', () => {
    const millis = fc.integer({ min: 0, max: 10_000_000 });
    fc.assert(
      fc.property(millis, millis, (a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map((one) => cpuWeight(cpuShares(one))) as [number, number];
        return less >= 1 && less <= more && more <= 10_000;
      }),
    );
  });
});

describe('cpuQuota()', () => {
  test('is 0 for no limit, and never below the millisecond that the scheduler obeys', () => {
    assert.equal(cpuQuota(0), 0);
    fc.assert(fc.property(fc.integer({ min: 1, max: 1_000_000 }), (millis) => cpuQuota(millis) === Math.max(1000, millis * 100)));
  });
});
