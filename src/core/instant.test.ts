import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addMs, earlier, type Instant, isReached, later, msBetween } from './instant.ts';

const now: Instant = { bootId: 'b1', monotonicMs: 5000, wallMs: 1_000_000 };

describe('msBetween()', () => {
  it('goes by the monotonic clock within one boot, whatever the wall clock did', () => {
    assert.equal(msBetween(now, { bootId: 'b1', monotonicMs: 5700, wallMs: 0 }), 700);
    assert.equal(msBetween({ bootId: 'b1', monotonicMs: 5700, wallMs: 0 }, now), -700);
  });

  it('goes by the wall clock across boots, whatever the monotonic clock says', () => {
    assert.equal(msBetween(now, { bootId: 'b2', monotonicMs: 10, wallMs: 1_030_000 }), 30_000);
  });
});

describe('earlier(), later() and isReached()', () => {
  const soon = addMs(now, 1);

  it('pick the right one of two moments, in either order', () => {
    assert.deepEqual([earlier(now, soon), earlier(soon, now)], [now, now]);
    assert.deepEqual([later(now, soon), later(soon, now)], [soon, soon]);
  });

  it('a moment is reached at itself', () => {
    assert.deepEqual([isReached(soon, now), isReached(now, now), isReached(now, soon)], [false, true, true]);
  });
});
