import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseDuration } from './duration.ts';

describe('parseDuration()', () => {
  const known = {
    '500ms': 500,
    '5s': 5000,
    '1.5s': 1500,
    '2m': 120_000,
    '1h': 3_600_000,
    '1h30m': 5_400_000,
    '1m30s250ms': 90_250,
    '0s': 0,
  };
  for (const [text, ms] of Object.entries(known)) {
    it(`reads ${text}`, () => equal(parseDuration(text), ms));
  }

  for (const text of ['', '5', 's', '-5s', '5 s', '5S', '1s1m', '1e3s', '5d', '.5s', '5.s', 'Infinity', `${'9'.repeat(30)}h`]) {
    it(`refuses '${text}'`, () => equal(parseDuration(text), undefined));
  }

  it('reads what it is made of, and no hostile text hangs it', () => {
    const part = fc.nat({ max: 100_000 });
    fc.assert(
      fc.property(part, part, part, part, (h, m, s, ms) => {
        equal(parseDuration(`${h}h${m}m${s}s${ms}ms`), ((h * 60 + m) * 60 + s) * 1000 + ms);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => parseDuration(text) === undefined || /\d/.test(text)));
  });
});
