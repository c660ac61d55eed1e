import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { envFileValue } from './env-file.ts';

describe('envFileValue()', () => {
  const FOUND: readonly (readonly [what: string, text: string, value: string])[] = [
    ['a value in quotes', "A='x'\nKEY='value'\n", 'value'],
    ['the first of two', "KEY='one'\nKEY='two'\n", 'one'],
    ['what is in the quotes as it is', 'KEY=\'$HOME \\n "x" # no comment\'\n', '$HOME \\n "x" # no comment'],
    ['a value over several lines', "KEY='one\n  two\n\nthree'\nB='x'\n", 'one\n  two\n\nthree'],
    ['a key behind blank lines, comments and blanks', "\n  \t\n# KEY='no'\n  # x\n \tKEY='value'", 'value'],
    ['a value with a comment behind it', "KEY='value' # so it is\n", 'value'],
    ['a key behind a value that looks like a declaration', "A='\nKEY='\nKEY='right'\n", 'right'],
    ['lines that end as on Windows', "A='1'\r\nKEY='value'\r\n", 'value'],
    ['nothing, for a key that is not there', "A='x'\n", ''],
    ['nothing, for an empty value', "KEY=''\n", ''],
    ['nothing, when a blank stands before the value', "KEY= 'value'\n", ''],
    ['nothing, in an empty file', '', ''],
  ];
  for (const [what, text, value] of FOUND) it(`reads ${what}`, () => assert.deepEqual(envFileValue(text, 'KEY'), { value }));

  const REFUSED: readonly (readonly [text: string, error: string])[] = [
    ["A='1'\nKEY\n", "invalid environment variable format at line 2: missing '='"],
    ["='x'\n", 'invalid environment variable format at line 1: empty variable name'],
    ["KEY ='x'\n", "invalid environment variable format at line 1: whitespace before '=' is not allowed"],
    ['KEY=x\n', 'invalid environment variable format at line 1: value must be enclosed in single quotes'],
    ['KEY="x"\n', 'invalid environment variable format at line 1: value must be enclosed in single quotes'],
    ["\nKEY='a'b\n", 'invalid environment variable format at line 2: unexpected content after closing quote'],
    ["A='1'\nKEY='a\nb\n", 'invalid environment variable format starting at line 2: unclosed single quote'],
  ];
  for (const [text, error] of REFUSED) it(`refuses ${JSON.stringify(text)}`, () => assert.deepEqual(envFileValue(text, 'KEY'), { error }));

  it('reads back every value that quotes can hold, wherever it stands', () => {
    const value = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/['\r\n]/g, ''));
    fc.assert(
      fc.property(fc.array(fc.tuple(value, fc.array(value, { maxLength: 3 })), { minLength: 1, maxLength: 8 }), (values) => {
        const written = values.map(([first, more]) => [first, ...more].join('\n'));
        const text = written.map((each, index) => `K${index}='${each}'`).join('\n');
        for (const [index, each] of written.entries()) assert.deepEqual(envFileValue(text, `K${index}`), { value: each });
      }),
    );
  });
});
