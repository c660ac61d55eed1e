import { equal, match } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { printable } from './printable.ts';

describe('printable()', () => {
  it('shows control characters by their code and keeps the tab', () => {
    equal(printable('a\tb\rc\u0007\u001b[2Jd\u009be\nf'), 'a\tb\\x0dc\\x07\\x1b[2Jd\\x9be\\x0af');
  });

  it('drops colours, or keeps them and ends them with the line', () => {
    equal(printable('\u001b[31mred\u001b[0m plain'), 'red plain');
    equal(printable('\u001b[1;31mred', true), '\u001b[1;31mred\u001b[0m');
    equal(printable('plain', true), 'plain');
    equal(printable('\u001b[31m\u001b[2J', true), '\u001b[31m\\x1b[2J\u001b[0m');
  });

  it('never lets anything else than colours reach the terminal', () => {
    const hostile = fc.string({ unit: fc.constantFrom('\u001b', '[', ']', '3', '1', ';', 'm', 'J', '\r', '\n', '\u009b', 'x', '\u007f') });
    fc.assert(
      fc.property(hostile, fc.boolean(), (text, colours) => {
        const rest = printable(text, colours).replace(/\u001b\[[0-9;:]*m/g, '');
        match(rest, /^[^\u0000-\u0008\u000a-\u001f\u007f-\u009f]*$/);
      }),
    );
  });
});
