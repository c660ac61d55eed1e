import { equal, match } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clockTime, dateAndTime, durationText } from './time-text.ts';

describe('durationText()', () => {
  const known: readonly (readonly [number, string])[] = [
    [0, '0 ms'],
    [12.4, '12 ms'],
    [999, '999 ms'],
    [1000, '1 s'],
    [3020, '3.02 s'],
    [59_994, '59.99 s'],
    [59_999, '1m 0s'],
    [125_000, '2m 5s'],
    [3_600_000, '1h 0m'],
    [90_061_000, '25h 1m'],
  ];
  for (const [ms, text] of known) it(`shows ${ms} ms as ${text}`, () => equal(durationText(ms), text));
});

describe('clockTime(), dateAndTime()', () => {
  it('show the local time', () => {
    const local = new Date(2030, 0, 2, 3, 4, 5, 67).toISOString();
    equal(clockTime(local), '03:04:05.067');
    equal(dateAndTime(local), '2030-01-02 03:04:05');
    match(clockTime('2030-06-01T12:00:00.000Z'), /^\d\d:\d\d:00\.000$/);
  });
});
