import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { alignTabs, GET_LAYOUT, TabWriter } from './tab-writer.ts';

describe('alignTabs()', () => {
  it('makes a column as wide as its widest cell, and leaves the last cell of a line alone', () => {
    equal(alignTabs('a\tbbb\tc\naaaa\tb\tccccc\n'), 'a     bbb  c\naaaa  b    ccccc\n');
  });

  it('begins a column anew where a line has no cell in it', () => {
    equal(
      alignTabs('long name:\t1\n  a:\t2\nplain line without a tab\n  b:\t3\n'),
      'long name:  1\n  a:        2\nplain line without a tab\n  b:  3\n',
    );
  });

  it('keeps empty cells, and the spaces that stand before an empty end', () => {
    equal(alignTabs('Name\t\tAge\nx\t\t5m\nyy\t\n'), 'Name    Age\nx       5m\nyy    \n');
  });

  it('counts characters, not bytes or halves of characters', () => {
    equal(alignTabs('größe 𝒳:\t1\na:\t2\n'), 'größe 𝒳:  1\na:        2\n');
  });

  it('gives columns a least width', () => {
    equal(alignTabs('a\tb\tc\n', GET_LAYOUT), 'a     b     c\n');
    equal(alignTabs('abcd\tb\n', GET_LAYOUT), 'abcd   b\n');
  });

  it('only ever adds spaces, and puts the cells of a full table below each other', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '𝒳', ' ', '.'), maxLength: 6 });
    const table = fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 6 }))
      .chain(([columns, rows]) =>
        fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
      );
    fc.assert(
      fc.property(table, (rows) => {
        const lines = alignTabs(rows.map((row) => row.join('\t')).join('\n'))
          .split('\n')
          .map((line) => [...line]);
        const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)) + 2);
        for (const [index, row] of rows.entries()) {
          let at = 0;
          for (const [column, text] of row.entries()) {
            deepEqual(lines[index]?.slice(at, at + [...text].length).join(''), text);
            at += column === row.length - 1 ? 0 : (widths[column] ?? 0);
          }
          ok(
            lines[index]?.filter((character) => character !== ' ').length ===
              [...row.join('')].filter((character) => character !== ' ').length,
          );
        }
      }),
    );
  });
});

describe('TabWriter', () => {
  it('never makes a column narrower than it was', () => {
    const writer = new TabWriter();
    equal(writer.align('NAME\tAGE\nlong-name\t1s\n'), 'NAME        AGE\nlong-name   1s\n');
    equal(writer.align('x\t2s\n'), 'x           2s\n');
    equal(writer.align('a-longer-name\t3s\n'), 'a-longer-name   3s\n');
    equal(writer.align('x\t4s\n'), 'x               4s\n');
  });

  it('forgets its columns when something else is printed', () => {
    const writer = new TabWriter();
    writer.align('a-longer-name\t3s\n');
    writer.forget();
    equal(writer.align('x\t4s\n'), 'x     4s\n');
  });
});
