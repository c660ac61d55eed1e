import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { humanDuration } from './human-duration.ts';

const s = 1000;
const m = 60 * s;
const h = 60 * m;
const d = 24 * h;
const y = 365 * d;

/** Both sides of every edge (`lifecycle.md` 14.2). */
const AGES: readonly (readonly [ms: number, text: string])[] = [
  [-2 * s, '<invalid>'],
  [-2 * s + 1, '0s'],
  [-1, '0s'],
  [0, '0s'],
  [999, '0s'],
  [9 * s + 999, '9s'],
  [119 * s + 999, '119s'],
  [120 * s, '2m'],
  [125 * s, '2m5s'],
  [10 * m - 1, '9m59s'],
  [10 * m, '10m'],
  [10 * m + 59 * s, '10m'],
  [3 * h - 1, '179m'],
  [3 * h, '3h'],
  [3 * h + 59 * s, '3h'],
  [3 * h + m, '3h1m'],
  [8 * h - 1, '7h59m'],
  [8 * h, '8h'],
  [48 * h - 1, '47h'],
  [48 * h, '2d'],
  [49 * h, '2d1h'],
  [8 * d - 1, '7d23h'],
  [8 * d, '8d'],
  [2 * y - 1, '729d'],
  [2 * y, '2y'],
  [2 * y + d, '2y1d'],
  [8 * y - 1, '7y364d'],
  [8 * y, '8y'],
  [20 * y + 300 * d, '20y'],
];

describe('humanDuration()', () => {
  for (const [ms, text] of AGES) it(`prints ${ms} ms as ${text}`, () => assert.equal(humanDuration(ms), text));
});
