import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TokenBucket } from './token-bucket.ts';

describe('TokenBucket', () => {
  it('never lets through more than the burst and what its rate adds, and no less of an even flow', () => {
    const rates = fc.record({ perSecond: fc.integer({ min: 1, max: 50 }), burst: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(rates, fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 200 }), (rate, pausesMs) => {
        const bucket = new TokenBucket(rate, 0);
        let [now, taken] = [0, 0];
        for (const pause of pausesMs) {
          now += pause;
          const could = bucket.has(now);
          assert.equal(bucket.take(now), could);
          if (could) taken += 1;
          assert.ok(taken <= rate.burst + (now / 1000) * rate.perSecond + 1e-6);
        }
        // A pause that fills it up gives a whole burst again.
        now += (rate.burst / rate.perSecond) * 1000 + 1;
        for (let left = rate.burst; left > 0; left -= 1) assert.ok(bucket.take(now));
        assert.equal(bucket.take(now), false);
      }),
    );
  });

  it('gains nothing from a time that goes back', () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 10_000);
    assert.ok(bucket.take(10_000));
    assert.equal(bucket.take(0), false);
    assert.equal(bucket.take(900), false);
  });
});
