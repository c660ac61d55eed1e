import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { constants, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { SpdyDecoder, SpdyEncoder, type SpdyEvent } from './spdy-frames.ts';

/** Neighbouring data of one stream is one: how it was cut is of no account. */
function joined(events: readonly SpdyEvent[]): readonly string[] {
  const texts: string[] = [];
  let open: { stream: number; bytes: string } | undefined;
  for (const event of events) {
    if (event.kind === 'data' && open?.stream === event.stream) open.bytes += event.bytes.toString('hex');
    else {
      if (open !== undefined) texts.push(`data ${open.stream} ${open.bytes}`);
      open = event.kind === 'data' ? { stream: event.stream, bytes: event.bytes.toString('hex') } : undefined;
      if (event.kind !== 'data') texts.push(JSON.stringify(event));
    }
  }
  if (open !== undefined) texts.push(`data ${open.stream} ${open.bytes}`);
  return texts;
}

describe('SpdyEncoder', () => {
  it('opens streams whose headers are one zlib stream', () => {
    const encoder = new SpdyEncoder();
    const frames = [encoder.openStream(1, { streamtype: 'error' }), encoder.openStream(3, { streamtype: 'data', port: '80' })];
    assert.deepEqual(
      frames.map((frame) => [
        frame.readUInt16BE(0),
        frame.readUInt16BE(2),
        frame.readUIntBE(5, 3) === frame.length - 8,
        frame.readUInt32BE(8),
      ]),
      [
        [0x8003, 1, true, 1],
        [0x8003, 1, true, 3],
      ],
    );
    const blocks = inflateSync(Buffer.concat(frames.map((frame) => frame.subarray(18))), { finishFlush: constants.Z_SYNC_FLUSH });
    const text = (value: string): string => `${value.length.toString(16).padStart(8, '0')}${Buffer.from(value).toString('hex')}`;
    const expected = [
      '00000001',
      text('streamtype'),
      text('error'),
      '00000002',
      text('streamtype'),
      text('data'),
      text('port'),
      text('80'),
    ];
    assert.equal(blocks.toString('hex'), expected.join(''));
  });

  it('marks the end of a stream', () => {
    assert.equal(new SpdyEncoder().end(5).toString('hex'), '0000000501000000');
    assert.equal(new SpdyEncoder().data(5, Buffer.from('ab')).toString('hex'), '00000005000000026162');
  });
});

describe('SpdyDecoder', () => {
  const control = (type: number, body: string, flags = 0): Buffer =>
    Buffer.from(`8003000${type}0${flags}${(body.length / 2).toString(16).padStart(6, '0')}${body}`, 'hex');

  it('tells data, ends, resets, pings and the farewell; all else is of no account', () => {
    const encoder = new SpdyEncoder();
    const bytes = Buffer.concat([
      control(2, '00000001'),
      control(2, '00000003', 1),
      control(9, '0000000100010000'),
      encoder.data(1, Buffer.from('x')),
      encoder.end(1),
      control(3, '0000000500000001'),
      encoder.ping(2),
      control(7, '0000000000000000'),
    ]);
    assert.deepEqual(new SpdyDecoder().push(bytes), [
      { kind: 'end', stream: 3 },
      { kind: 'data', stream: 1, bytes: Buffer.from('x') },
      { kind: 'end', stream: 1 },
      { kind: 'reset', stream: 5 },
      { kind: 'ping', id: 2 },
      { kind: 'goodbye' },
    ]);
  });

  it('tells the same wherever it is cut', () => {
    const frame = fc.oneof(
      fc
        .record({ stream: fc.nat(100), bytes: fc.uint8Array({ maxLength: 300 }) })
        .map(({ stream, bytes }) => new SpdyEncoder().data(stream, bytes)),
      fc.nat(100).map((stream) => new SpdyEncoder().end(stream)),
      fc.nat(1000).map((id) => new SpdyEncoder().ping(id)),
    );
    fc.assert(
      fc.property(fc.array(frame), fc.array(fc.integer({ min: 1, max: 50 })), (frames, cuts) => {
        const bytes = Buffer.concat(frames);
        const decoder = new SpdyDecoder();
        const events: SpdyEvent[] = [];
        let rest = bytes;
        for (const cut of [...cuts, bytes.length]) {
          events.push(...decoder.push(rest.subarray(0, cut)));
          rest = rest.subarray(cut);
        }
        assert.deepEqual(joined(events), joined(new SpdyDecoder().push(bytes)));
      }),
    );
  });

  it('refuses what is not SPDY/3.1, and control frames without measure', () => {
    assert.throws(() => new SpdyDecoder().push(Buffer.from('8002000100000000', 'hex')), /does not speak SPDY\/3\.1/);
    assert.throws(() => new SpdyDecoder().push(Buffer.from('8003000100ffffff', 'hex')), /control frame of 16777215 bytes/);
  });
});
