import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { goQuoted } from './go-quoted.ts';

describe('goQuoted()', () => {
  /** What `fmt.Sprintf("%q", …)` gives. */
  const CASES: readonly (readonly [text: string, quoted: string])[] = [
    ['plain', '"plain"'],
    ['', '""'],
    ['a "b" \\ c', '"a \\"b\\" \\\\ c"'],
    ['\x07\b\f\n\r\t\v', '"\\a\\b\\f\\n\\r\\t\\v"'],
    ['\x00\x1b\x7f', '"\\x00\\x1b\\x7f"'],
    ['äß漢😀', '"äß漢😀"'],
    ['\u00a0\u200b\u2028', '"\\u00a0\\u200b\\u2028"'],
    ['\u{e0001}', '"\\U000e0001"'],
  ];
  for (const [text, quoted] of CASES) it(`writes ${quoted}`, () => assert.equal(goQuoted(text), quoted));

  it('writes half of a surrogate pair as the replacement character, as UTF-8 would', () => assert.equal(goQuoted('\ud800'), '"\ufffd"'));
});
