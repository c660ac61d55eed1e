import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { goDuration } from './go-duration.ts';

const DURATIONS: Readonly<Record<string, number>> = {
  '0s': 0,
  '1ms': 1.9,
  '999ms': 999,
  '1s': 1000,
  '1.2s': 1200,
  '59.999s': 59_999,
  '1m0s': 60_000,
  '1m2.5s': 62_500,
  '1h0m0s': 3_600_000,
  '25h1m0.001s': 90_060_001,
};

describe('goDuration()', () => {
  for (const [text, ms] of Object.entries(DURATIONS)) it(`prints ${ms} ms as ${text}`, () => equal(goDuration(ms), text));
});
