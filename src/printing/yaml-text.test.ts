import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../model/api-objects.ts';
import { parseYaml } from '../model/parse-yaml.ts';
import { jsonText } from './json-text.ts';
import { yamlText } from './yaml-text.ts';

/** What kubectl 1.32 prints of them with `-o yaml`. */
const SCALARS: readonly (readonly [text: string, yaml: string])[] = [
  ['', '""'],
  ['plain text', 'plain text'],
  ["it's", "it's"],
  ['true', '"true"'],
  ['Yes', '"Yes"'],
  ['n', '"n"'],
  ['~', '"~"'],
  ['1', '"1"'],
  ['08', '"08"'],
  ['1_000', '"1_000"'],
  ['1e3', '"1e3"'],
  ['.5', '".5"'],
  ['.inf', '".inf"'],
  ['0x1f', '"0x1f"'],
  [`0x${'f'.repeat(40)}`, `0x${'f'.repeat(40)}`],
  ['12:30', '"12:30"'],
  ['2026-08-01', '"2026-08-01"'],
  ['2026-13-01', '2026-13-01'],
  ['2026-02-30', '2026-02-30'],
  ['2026-08-01T12:00:00Z', '"2026-08-01T12:00:00Z"'],
  ['2026-08-01 12:00:00', '"2026-08-01 12:00:00"'],
  ['a: b', "'a: b'"],
  ['a:b', 'a:b'],
  ['a:', "'a:'"],
  ['a #b', "'a #b'"],
  ['a#b', 'a#b'],
  ['#a', "'#a'"],
  ['- a', "'- a'"],
  ['-a', '-a'],
  ['{a}', "'{a}'"],
  ['@a', "'@a'"],
  ['---', "'---'"],
  [' a', "' a'"],
  ["it's: x", "'it''s: x'"],
  ['tab\t', '"tab\\t"'],
  ['\u001b[31m', '"\\e[31m"'],
  ['𝒳', '"\\U0001D4B3"'],
  ['é ✓', 'é ✓'],
  ['one\ntwo', '|-\n  one\n  two'],
  ['one\n\ntwo\n', '|\n  one\n\n  two'],
  ['one\n\n', '|+\n  one\n'],
  [' one\ntwo', '|2-\n   one\n  two'],
  ['one \ntwo', '"one \\ntwo"'],
  ['word '.repeat(20).trim(), `${'word '.repeat(16).trim()}\n  ${'word '.repeat(4).trim()}`],
];

describe('yamlText()', () => {
  for (const [text, yaml] of SCALARS)
    it(`writes ${JSON.stringify(text)} as kubectl does`, () => equal(yamlText({ a: text }), `a: ${yaml}\n`));

  it('sorts fields, does not indent lists, and marks what is empty', () => {
    const value = { b: [1, [2, 'x'], { d: 1, c: [true] }, [], {}], a: { z: null, y: {}, x: [] }, 'needs: quotes': -1.5 };
    const lines = [
      'a:',
      '  x: []',
      '  "y": {}',
      '  z: null',
      'b:',
      '- 1',
      '- - 2',
      '  - x',
      '- c:',
      '  - true',
      '  d: 1',
      '- []',
      '- {}',
      "'needs: quotes': -1.5",
    ];
    equal(yamlText(value), `${lines.join('\n')}\n`);
  });

  it('writes a long name on a line of its own', () => {
    const name = 'n'.repeat(129);
    equal(yamlText({ [name]: 'v', [`${name}2`]: { a: [1] } }), `? ${name}\n: v\n? ${name}2\n: a:\n  - 1\n`);
  });

  it('reads back as what it was, whatever the texts', () => {
    // Our parser takes a dot without digits for a number, as kubectl's does not: such a text is written without quotes.
    const isText = (text: string): boolean => !/^[-+]?\.[\d_]*(?:e\d+)?$/i.test(text);
    const anyText = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.string({
        unit: fc.constantFrom(
          'a',
          ' ',
          '\n',
          ':',
          '#',
          '-',
          "'",
          '"',
          '\\',
          '\t',
          '1',
          '.',
          '{',
          ',',
          '&',
          '!',
          '%',
          '?',
          '|',
          'word word ',
        ),
        maxLength: 40,
      }),
    );
    const text = anyText.filter(isText);
    const key = text.filter((name) => !/[\n\r\u2028\u2029]/.test(name) && name.length < 60);
    const json = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(json, (value) => {
        const { documents, errors } = parseYaml(yamlText({ value }));
        deepEqual(errors, []);
        equal(JSON.stringify(documents[0]?.value, sorted), JSON.stringify({ value }, sorted));
      }),
      { numRuns: 500 },
    );
  });
});

/** Numbers may come back as bigint, and names in another order. */
function sorted(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('jsonText()', () => {
  it('sorts fields, indents by four and escapes what Go escapes', () => {
    equal(
      jsonText({ b: [], a: { y: '<&>\u2028é', x: [1, null] }, gone: undefined }),
      '{\n    "a": {\n        "x": [\n            1,\n            null\n        ],\n        "y": "\\u003c\\u0026\\u003e\\u2028é"\n    },\n    "b": []\n}\n',
    );
  });

  it('reads back as what it was', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => deepEqual(JSON.parse(jsonText(value as Json)), JSON.parse(JSON.stringify(value)))));
  });
});
