import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keptOf, placements } from './kept-bytes.ts';

const limits = fc.record({ head: fc.nat(20), tail: fc.nat(20) });
const chunks = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 });

test('placements() and keptOf() keep the first and the last bytes, however they were cut into chunks', () => {
  fc.assert(
    fc.property(limits, chunks, (bounds, parts) => {
      const { head, tail } = bounds;
      const image = Buffer.alloc(head + tail);
      let total = 0;
      for (const part of parts) {
        for (const { at, bytes } of placements(total, part, bounds)) image.set(bytes, at);
        total += part.length;
      }
      const whole = Buffer.concat(parts);
      assert.deepEqual(keptOf(image, total, bounds), {
        head: Buffer.from(whole.subarray(0, head)),
        tail: Buffer.from(whole.subarray(head).subarray(Math.max(0, whole.length - head - tail))),
        cutBytes: Math.max(0, whole.length - head - tail),
      });
    }),
  );
});

test('placements() copies no more than the image holds, however long the chunk', () => {
  fc.assert(
    fc.property(limits, fc.nat(1000), fc.nat(5000), (bounds, total, length) => {
      const placed = placements(total, Buffer.alloc(length), bounds).reduce((sum, { bytes }) => sum + bytes.length, 0);
      assert.ok(placed <= bounds.head + bounds.tail);
    }),
  );
});
