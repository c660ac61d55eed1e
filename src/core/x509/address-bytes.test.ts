import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addressBytes } from './address-bytes.ts';

describe('addressBytes()', () => {
  const cases: readonly (readonly [text: string, hex: string])[] = [
    ['127.0.0.1', '7f000001'],
    ['255.255.255.255', 'ffffffff'],
    ['::1', '00000000000000000000000000000001'],
    ['::', '00000000000000000000000000000000'],
    ['2001:db8::ff', '20010db80000000000000000000000ff'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
  ];
  for (const [text, hex] of cases) {
    it(`reads ${text}`, () => assert.equal(Buffer.from(addressBytes(text) ?? []).toString('hex'), hex));
  }

  it('knows what is an address as Node does', () => {
    const piece = fc.constantFrom('', '0', '1', '01', 'ff', 'fffff', '255', '256', '::', ':', '.', 'g');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV4(),
          fc.ipV6(),
          fc.array(piece, { maxLength: 9 }).map((parts) => parts.join(':')),
          fc.string(),
        ),
        (text) => {
          // Node takes a zone too, which no certificate can name.
          assert.equal(addressBytes(text) !== undefined, isIP(text) !== 0 && !text.includes('%'), text);
        },
      ),
    );
  });

  it('reads an IPv6 address to the bytes that it is written from', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const groups = Array.from({ length: 8 }, (_, at) => (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16));
        assert.deepEqual(addressBytes(groups.join(':')), bytes);
        // The shortest form, as URLs have it.
        assert.deepEqual(addressBytes(new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1)), bytes);
      }),
    );
  });
});
