import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { keptJson, printKeptStream } from './kept-output.ts';

const stream = (head: string, tail: string, cutBytes: number) => ({ head: Buffer.from(head), tail: Buffer.from(tail), cutBytes });

describe('printKeptStream()', () => {
  it('gives uncut output back as it was written', () => {
    assert.equal(printKeptStream(stream('one\ntwo', '', 0)), 'one\ntwo');
    const euro = Buffer.from('€');
    assert.equal(printKeptStream({ head: euro.subarray(0, 1), tail: euro.subarray(1), cutBytes: 0 }), '€');
    assert.equal(printKeptStream(stream('', '', 0)), '');
  });

  it('marks the cut on a line of its own', () => {
    assert.equal(printKeptStream(stream('start\n', 'end\n', 1_048_576)), 'start\n… 1048576 bytes cut …\nend\n');
    assert.equal(printKeptStream(stream('sta', 'end', 7)), 'sta\n… 7 bytes cut …\nend');
    assert.equal(printKeptStream(stream('', 'end', 7)), '… 7 bytes cut …\nend');
  });

  it('shows bytes that are no UTF-8 as replacement characters', () => {
    assert.equal(printKeptStream({ head: Buffer.from([0x61, 0xff]), tail: Buffer.from([0xff]), cutBytes: 1 }), 'a�\n… 1 bytes cut …\n�');
  });

  it('never shows half a character, wherever a valid text was cut', () => {
    const cuts = fc.tuple(fc.string({ unit: 'binary', minLength: 1 }), fc.nat(), fc.nat());
    fc.assert(
      fc.property(cuts, ([text, a, b]) => {
        const whole = text.replaceAll('\n', '');
        const bytes = Buffer.from(whole);
        const [from, to] = [a % (bytes.length + 1), b % (bytes.length + 1)].sort((x, y) => x - y) as [number, number];
        if (from === to) return;
        const printed = printKeptStream({ head: bytes.subarray(0, from), tail: bytes.subarray(to), cutBytes: to - from });
        const [start = '', end = ''] = printed.split(`… ${to - from} bytes cut …\n`);
        assert.ok(whole.startsWith(start.replace(/\n$/, '')), 'the start is not the text’s own');
        assert.ok(whole.endsWith(end), 'the end is not the text’s own');
        assert.ok(from - Buffer.byteLength(start.replace(/\n$/, '')) < 4, 'more than one character was left out');
      }),
    );
  });
});

describe('keptJson()', () => {
  it('gives text as text', () => {
    assert.deepEqual(keptJson(stream('one', 'two', 0)), { head: 'onetwo', tail: '', cutBytes: 0, encoding: 'utf-8' });
    assert.deepEqual(keptJson(stream('one', 'two', 5)), { head: 'one', tail: 'two', cutBytes: 5, encoding: 'utf-8' });
  });

  it('leaves out a character that the cut divided, and counts its bytes', () => {
    const euro = Buffer.from('€');
    const cut = {
      head: Buffer.concat([Buffer.from('a'), euro.subarray(0, 2)]),
      tail: Buffer.concat([euro.subarray(2), Buffer.from('b')]),
      cutBytes: 5,
    };
    assert.deepEqual(keptJson(cut), { head: 'a', tail: 'b', cutBytes: 8, encoding: 'utf-8' });
  });

  it('gives bytes that are no text as base64, all of them', () => {
    assert.deepEqual(keptJson({ head: Buffer.from([0xff, 0x00]), tail: Buffer.from('b'), cutBytes: 3 }), {
      head: '/wA=',
      tail: 'Yg==',
      cutBytes: 3,
      encoding: 'base64',
    });
  });
});
