import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bitString, der, integer, octetString, oid, sequence, time } from './der.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The other direction, written for this test: one value, its content, and what follows it. */
function read(bytes: Uint8Array): { readonly tag: number; readonly content: Uint8Array; readonly rest: Uint8Array } {
  const [tag = 0, first = 0] = bytes;
  const more = first < 0x80 ? 0 : first & 0x7f;
  const length = more === 0 ? first : [...bytes.subarray(2, 2 + more)].reduce((sum, byte) => sum * 256 + byte, 0);
  const start = 2 + more;
  return { tag, content: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) };
}

describe('der', () => {
  for (const length of [0, 1, 127, 128, 255, 256, 65_535, 65_536, 1_000_000]) {
    it(`der() writes a length of ${length} so that it can be read back`, () => {
      const { tag, content, rest } = read(der(0x04, new Uint8Array(length).fill(7), Uint8Array.of(1)));
      assert.deepEqual([tag, content.length, content.at(-1), rest.length], [0x04, length + 1, 1, 0]);
    });
  }

  it('der() writes lengths in as few bytes as there can be (X.690 10.1)', () => {
    assert.equal(hex(der(0x04, new Uint8Array(127)).subarray(0, 2)), '047f');
    assert.equal(hex(der(0x04, new Uint8Array(128)).subarray(0, 3)), '048180');
    assert.equal(hex(der(0x04, new Uint8Array(256)).subarray(0, 4)), '04820100');
  });

  it('integer() is as short as it can be, and never negative', () => {
    assert.equal(hex(integer(Uint8Array.of(0, 0, 5))), '020105');
    assert.equal(hex(integer(Uint8Array.of(0x80))), '02020080');
    assert.equal(hex(integer(Uint8Array.of(0, 0))), '020100');
    assert.equal(hex(integer(new Uint8Array())), '020100');
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 160n - 1n }), (value) => {
        const text = value.toString(16);
        const { content } = read(integer(Buffer.from(text.length % 2 === 0 ? text : `0${text}`, 'hex')));
        assert.equal(BigInt(`0x${hex(content)}`), value);
        assert.ok((content[0] ?? 0) < 0x80);
        assert.ok(content.length === 1 || content[0] !== 0 || (content[1] ?? 0) >= 0x80);
      }),
    );
  });

  it('oid() writes the examples of the standards', () => {
    assert.equal(hex(oid('2.5.29.17')), '0603551d11');
    assert.equal(hex(oid('1.2.840.10045.4.3.2')), '06082a8648ce3d040302');
    assert.equal(hex(oid('1.2.840.113549')), '06062a864886f70d');
  });

  it('bitString() says how many bits of the last byte do not count', () => {
    assert.equal(hex(bitString(Uint8Array.of(0x80), 7)), '03020780');
    assert.equal(hex(bitString(Uint8Array.of(1, 2))), '0303000102');
  });

  it('sequence() holds values one after the other', () => {
    assert.equal(hex(sequence(octetString(Uint8Array.of(1)), sequence())), '30050401013000');
  });

  it('time() has two digits for the year until 2049 and four from 2050 on, and before 1950', () => {
    const text = (iso: string): string => {
      const { tag, content } = read(time(Date.parse(iso)));
      return `${tag.toString(16)} ${Buffer.from(content).toString()}`;
    };
    assert.equal(text('2030-01-02T03:04:05.678Z'), '17 300102030405Z');
    assert.equal(text('1970-01-01T00:00:00Z'), '17 700101000000Z');
    assert.equal(text('2049-12-31T23:59:59Z'), '17 491231235959Z');
    assert.equal(text('2050-01-01T00:00:00Z'), '18 20500101000000Z');
    assert.equal(text('1949-12-31T23:59:59Z'), '18 19491231235959Z');
  });
});
