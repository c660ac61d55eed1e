import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hasCode } from './hooklet-error.ts';
import { readJson, WatchFrames } from './kube-api-frames.ts';

const encoder = new TextEncoder();

describe('WatchFrames', () => {
  it('gives the same events wherever the chunks end', () => {
    const event = fc.record({
      type: fc.constantFrom('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'),
      object: fc.dictionary(fc.string(), fc.string()),
    });
    fc.assert(
      fc.property(fc.array(event), fc.array(fc.nat({ max: 40 })), (events, cuts) => {
        const bytes = encoder.encode(events.map((one) => `${JSON.stringify(one)}\n`).join(''));
        const frames = new WatchFrames();
        const seen: unknown[] = [];
        let at = 0;
        for (const size of [...cuts, bytes.length]) {
          seen.push(...frames.push(bytes.subarray(at, at + size)));
          at = Math.min(at + size, bytes.length);
        }
        assert.deepEqual(seen, JSON.parse(JSON.stringify(events)));
      }),
    );
  });

  it('refuses what is no event, and an event without end', () => {
    for (const line of ['{}', 'null', '<html>', '{"type":"NEWS","object":{}}', '{"type":"ADDED"}']) {
      assert.throws(
        () => new WatchFrames().push(encoder.encode(`${line}\n`)),
        (error) => hasCode(error, 'apiUnavailable'),
      );
    }
    const frames = new WatchFrames(10);
    frames.push(encoder.encode('{"type":'));
    assert.throws(
      () => frames.push(encoder.encode('"ADDED"')),
      (error) => hasCode(error, 'apiUnavailable'),
    );
  });
});

describe('readJson()', () => {
  it('gives the value, the text where there is none, and undefined for nothing', () => {
    const read = (text: string): unknown => readJson(encoder.encode(text));
    assert.deepEqual([read('{"a":1}'), read('ok'), read('')], [{ a: 1 }, 'ok', undefined]);
  });
});
