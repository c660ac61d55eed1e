import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSoakOptions } from './soak-options.ts';

describe('readSoakOptions', () => {
  it('has 10 minutes of 60 Pods unless it is told otherwise', () => {
    const { seed: _byTheClock, ...options } = readSoakOptions([]);
    deepEqual(options, { minutes: 10, pods: 60, keep: false, heap: true });
  });

  it('takes what is given', () => {
    deepEqual(readSoakOptions(['--minutes', '0.5', '--pods', '8', '--seed', '7', '--keep', '--no-heap']), {
      minutes: 0.5,
      pods: 8,
      seed: 7,
      keep: true,
      heap: false,
    });
  });

  it('refuses what is no number, and what makes no sense', () => {
    throws(() => readSoakOptions(['--minutes', 'ten']), /--minutes must be a number of at least 0.1, but is "ten"/);
    throws(() => readSoakOptions(['--pods', '1.5']), /--pods must be a whole number of at least 1, but is "1.5"/);
    throws(() => readSoakOptions(['--pods', '0']), /--pods/);
    throws(() => readSoakOptions(['--seed', '']), /--seed/);
    throws(() => readSoakOptions(['--hours', '1']), /hours/);
    equal(readSoakOptions(['--seed', '0']).seed, 0);
  });
});
