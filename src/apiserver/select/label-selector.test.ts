import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { StatusError } from '../status-error.ts';
import { type Labels, matchesLabels, readLabelSelector } from './label-selector.ts';
import { parseLabelSelector } from './parse-label-selector.ts';

const LABELS: Labels = { app: 'web', tier: 'front', 'example.com/owner': 'me', empty: '', generation: '3', in: 'notin' };

const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof StatusError && error.code === 400, String(error));
    return error.message;
  }
  return assert.fail('was not refused');
};

describe('matchesLabels()', () => {
  const MATCHED: readonly (readonly [selector: string, matches: boolean])[] = [
    ['', true],
    ['app=web', true],
    ['app==web', true],
    ['app = web', true],
    ['app=api', false],
    ['app!=api', true],
    ['app!=web', false],
    ['gone!=web', true],
    ['app in (api,web)', true],
    ['app in (api)', false],
    ['gone in (web)', false],
    ['app notin (api)', true],
    ['app notin (api, web)', false],
    ['gone notin (web)', true],
    ['app', true],
    ['gone', false],
    ['!app', false],
    ['!gone', true],
    ['! gone', true],
    ['empty=', true],
    ['empty=,app=web', true],
    ['app=', false],
    ['empty in ()', true],
    ['empty in (a,)', true],
    ['empty in (,a)', true],
    ['app notin (,,)', true],
    ['empty', true],
    ['generation>2', true],
    ['generation>3', false],
    ['generation<4', true],
    ['generation < 3', false],
    ['app>2', false],
    ['gone<5', false],
    ['generation>0', true],
    ['app=web,tier=front,!gone', true],
    ['app=web,tier=back', false],
    ['example.com/owner=me', true],
    ['in=notin', true],
    ['in in (in,notin)', true],
    ['in notin (in)', true],
    ['\tapp\r\n in\t(web)  ', true],
    ['app=web,app!=api', true],
    ['app=web,app=api', false],
    ['toString', false],
    ['constructor notin (a)', true],
  ];
  for (const [selector, matches] of MATCHED) {
    it(`"${selector}": ${matches}`, () => assert.equal(matchesLabels(parseLabelSelector(selector), LABELS), matches));
  }

  it('takes no labels for an object without labels', () => {
    assert.equal(matchesLabels(parseLabelSelector('!app')), true);
    assert.equal(matchesLabels(parseLabelSelector('app')), false);
  });
});

const NAME_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

describe('parseLabelSelector()', () => {
  const REFUSED: readonly (readonly [selector: string, message: string])[] = [
    ['x=a||y=b', `unable to parse requirement: values[0][x]: Invalid value: "a||y": ${VALUE_RULE}`],
    ['x==a==b', "found '==', expected: ',' or 'end of string'"],
    ['!x=a', "found '=', expected: ',' or 'end of string'"],
    ['x<a', "unable to parse requirement: values[0]: Invalid value: \"a\": for 'Gt', 'Lt' operators, the value must be an integer"],
    [
      'x>9223372036854775808',
      "unable to parse requirement: values[0]: Invalid value: \"9223372036854775808\": for 'Gt', 'Lt' operators, the value must be an integer",
    ],
    [',', "found ',', expected: !, identifier, or 'end of string'"],
    ['=a', "found '=', expected: !, identifier, or 'end of string'"],
    ['x,', "found '', expected: identifier after ','"],
    ['x,,y', "found ',', expected: identifier after ','"],
    ['x y', "unable to parse requirement: found 'y', expected: in, notin, =, ==, !=, gt, lt"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['!!x', "unable to parse requirement: found '!', expected: identifier"],
    ['x in', "unable to parse requirement: found '' expected: '('"],
    ['x in a', "unable to parse requirement: found 'a' expected: '('"],
    ['x in (', "unable to parse requirement: found '', expected: ',', ')' or identifier"],
    ['x in (a', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['x in (a b)', "unable to parse requirement: found 'b', expected: ',' or ')'"],
    ['x in (a,=)', "unable to parse requirement: found '=', expected: ',', or identifier"],
    ['x in (a))', "found ')', expected: ',' or 'end of string'"],
    ['x=(a)', "unable to parse requirement: found '(', expected: identifier"],
    ['x===a', "unable to parse requirement: found '=', expected: identifier"],
    ['__proto__', `unable to parse requirement: <nil>: Invalid value: "__proto__": ${NAME_RULE}`],
    ['-x', `unable to parse requirement: <nil>: Invalid value: "-x": ${NAME_RULE}`],
    [
      'a/b/c',
      'unable to parse requirement: <nil>: Invalid value: "a/b/c": a qualified name may have at most one "/", between prefix and name',
    ],
    [
      'x in (~,$)',
      `unable to parse requirement: [values[0][x]: Invalid value: "$": ${VALUE_RULE}, values[1][x]: Invalid value: "~": ${VALUE_RULE}]`,
    ],
    [`x=${'a'.repeat(64)}`, `unable to parse requirement: values[0][x]: Invalid value: "${'a'.repeat(64)}": must be no more than 63 bytes`],
  ];
  for (const [selector, message] of REFUSED) {
    it(`refuses "${selector}"`, () =>
      assert.equal(
        messageOf(() => parseLabelSelector(selector)),
        message,
      ));
  }

  it('sorts by key, and the values of one, each once', () => {
    assert.deepEqual(parseLabelSelector('x in (b,a,b),a!=c'), [
      { key: 'a', operator: '!=', values: ['c'] },
      { key: 'x', operator: 'in', values: ['a', 'b'] },
    ]);
  });

  it('reads what it is made of', () => {
    const word = fc.stringMatching(/^[a-z0-9]([-a-z0-9_.]{0,5}[a-z0-9])?$/);
    const space = fc.constantFrom('', ' ', '\t', '  ');
    const requirement = fc
      .record({
        key: word,
        operator: fc.constantFrom('=', '==', '!=', 'in', 'notin', 'exists', '!'),
        values: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
        space,
      })
      .map(({ key, operator, values, space }) => {
        if (operator === 'exists' || operator === '!')
          return { text: `${space}${operator === '!' ? '!' : ''}${space}${key}${space}`, is: { key, operator, values: [] } };
        if (operator === 'in' || operator === 'notin') {
          return {
            text: `${key} ${space}${operator}${space}(${space}${values.join(`${space},`)}${space})${space}`,
            is: { key, operator, values: values.toSorted() },
          };
        }
        return { text: `${key}${space}${operator}${space}${values[0]}${space}`, is: { key, operator, values: [values[0]] } };
      });
    fc.assert(
      fc.property(fc.uniqueArray(requirement, { maxLength: 4, selector: ({ is }) => is.key }), (requirements) => {
        const sorted = requirements.map(({ is }) => is).sort((a, b) => (a.key < b.key ? -1 : 1));
        assert.deepEqual(parseLabelSelector(requirements.map(({ text }) => text).join(',')), sorted);
      }),
    );
  });

  it('answers any text with a selector or a refusal', () => {
    const text = fc.array(fc.constantFrom('a', 'in', 'notin', '(', ')', ',', '!', '=', '>', '<', ' ', '\0', 'é', '.', '/'), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, (parts) => {
        try {
          for (const { key } of parseLabelSelector(parts.join(''))) assert.notEqual(key, '');
        } catch (error) {
          assert.ok(error instanceof StatusError && error.code === 400, String(error));
        }
      }),
      { numRuns: 1000 },
    );
  });

  for (const [what, part] of Object.entries({
    commas: ',',
    bangs: '!',
    spaces: ' ',
    parentheses: '(',
    letters: 'a',
    equals: '=',
    values: 'a,',
  })) {
    it(`takes a text of a million ${what} in its stride`, () => {
      const start = performance.now();
      for (const text of [
        part.repeat(1_000_000 / part.length),
        `a in (${part.repeat(500_000 / part.length)}`,
        `a=${part.repeat(500_000 / part.length)}b`,
      ]) {
        try {
          parseLabelSelector(text);
        } catch (error) {
          assert.ok(error instanceof StatusError);
        }
      }
      assert.ok(performance.now() - start < 3000);
    });
  }
});

describe('readLabelSelector()', () => {
  const matches = (selector: unknown, labels: Labels): boolean => {
    const read = readLabelSelector(selector);
    return read !== undefined && matchesLabels(read, labels);
  };

  it('has none select nothing, and an empty one everything', () => {
    assert.equal(readLabelSelector(undefined), undefined);
    assert.equal(readLabelSelector(null), undefined);
    assert.equal(matches({}, {}), true);
  });

  it('wants all labels and all expressions', () => {
    const selector = {
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['front', 'back'] },
        { key: 'env', operator: 'NotIn', values: ['test'] },
        { key: 'owner', operator: 'Exists' },
        { key: 'gone', operator: 'DoesNotExist', values: [] },
      ],
    };
    const labels = { app: 'web', tier: 'front', owner: '' };
    assert.equal(matches(selector, labels), true);
    for (const other of [{ app: 'api' }, { tier: 'middle' }, { env: 'test' }, { gone: '' }]) {
      assert.equal(matches(selector, { ...labels, ...other } as Labels), false, JSON.stringify(other));
    }
    assert.equal(matches(selector, { app: 'web', tier: 'front' }), false);
  });

  const REFUSED: readonly (readonly [selector: unknown, message: string])[] = [
    [{ matchExpressions: [{ key: 'a', operator: 'Like' }] }, '"Like" is not a valid label selector operator'],
    [{ matchExpressions: [{ key: 'a', operator: 'constructor' }] }, '"constructor" is not a valid label selector operator'],
    [
      { matchExpressions: [{ key: 'a', operator: 'In', values: [] }] },
      "values: Invalid value: a list: for 'in', 'notin' operators, values set can't be empty",
    ],
    [
      { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] },
      'values: Invalid value: a list: values set must be empty for exists and does not exist',
    ],
    [{ matchLabels: { '-': 'a' } }, `key: Invalid value: "-": ${NAME_RULE}`],
  ];
  for (const [selector, message] of REFUSED) {
    it(`refuses ${JSON.stringify(selector)}`, () =>
      assert.equal(
        messageOf(() => readLabelSelector(selector)),
        message,
      ));
  }

  it('answers any JSON with a selector or a refusal', () => {
    const json = fc.record({ matchLabels: fc.jsonValue(), matchExpressions: fc.jsonValue() }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.oneof(json, fc.jsonValue()), (selector) => {
        try {
          matches(selector, LABELS);
        } catch (error) {
          assert.ok(error instanceof StatusError, String(error));
        }
      }),
    );
  });
});
