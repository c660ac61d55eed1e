import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { MAX_ALIAS_VALUES, MAX_DEPTH, type ParsedYaml, parseYaml } from './parse-yaml.ts';

/** The first document as JSON would print it, which also shows that no prototype came with it. */
function firstValue(text: string): unknown {
  const parsed = parseYaml(text);
  assert.deepEqual(parsed.errors, []);
  return JSON.parse(
    JSON.stringify(parsed.documents[0]?.value ?? null, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
  );
}

/** `line:column message` of each error. */
const errorsOf = (parsed: ParsedYaml): readonly string[] =>
  parsed.errors.map(({ offset, message }) => `${parsed.position(offset).line}:${parsed.position(offset).column} ${message}`);

describe('parseYaml() reads the dialect of kubectl', () => {
  const SCALARS: readonly (readonly [text: string, value: unknown])[] = [
    ['yes', true],
    ['No', false],
    ['on', true],
    ['true', true],
    ['~', null],
    ['0644', 420],
    ['.', '.'],
    ['-.', '-.'],
    ['._1', '._1'],
    ['.1_', '.1_'],
    ['.e1', '.e1'],
    ['0_', 0],
    ['.5', 0.5],
    ['1.', 1],
    ['1.5e3', 1500],
    ['1_0.5', 10.5],
    ['0o17', 15],
    ['0x1F', 31],
    ['1_000', 1000],
    ['1e3', 1000],
    ['22:22', '22:22'],
    ['2026-01-01', '2026-01-01'],
    ['"yes"', 'yes'],
    ['1.10', 1.1],
    ['-0644', -420],
  ];
  for (const [text, value] of SCALARS) {
    test(`a: ${text}`, () => assert.deepEqual(firstValue(`a: ${text}`), { a: value }));
  }

  test('several documents, empty ones left out', () => {
    const { documents } = parseYaml('---\n---\na: 1\n---\n# nothing\n---\nb: 2\n...\n');
    assert.deepEqual(
      documents.map(({ value }) => JSON.stringify(value)),
      ['{"a":1}', '{"b":2}'],
    );
  });

  test('JSON, also when it is indented by tabs', () => {
    assert.deepEqual(firstValue('{\n\t"a": [\n\t\t1, {"b": null}]\n}\n'), { a: [1, { b: null }] });
  });

  test('Windows line ends and a byte order mark', () => {
    assert.deepEqual(firstValue('\uFEFFa: 1\r\nb:\r\n- 2\r\n'), { a: 1, b: [2] });
  });

  test('anchors, aliases and merge keys; what is written wins, then the first map', () => {
    const text = 'p: &p {a: 1, b: 1}\nq: &q {b: 2, c: 2}\nr: {<<: [*p, *q], a: 0}\ns: {<<: *q}\n';
    assert.deepEqual(firstValue(text), { p: { a: 1, b: 1 }, q: { b: 2, c: 2 }, r: { a: 0, b: 1, c: 2 }, s: { b: 2, c: 2 } });
  });

  test('a key that is no string becomes one, as `y` does', () => {
    assert.deepEqual(firstValue('1: a\ny: b\nnull: c\n'), { 1: 'a', true: 'b', null: 'c' });
  });

  test('integers beyond 2^53 without loss', () => {
    assert.equal((parseYaml('a: 12345678901234567890').documents[0]?.value as { a: bigint } | undefined)?.a, 12345678901234567890n);
  });
});

describe('parseYaml() reports with line and column', () => {
  test('a syntax error', () => {
    assert.deepEqual(errorsOf(parseYaml('a: [1\nb: 2\n')), [
      '2:1 not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ]);
  });

  test('a key given twice, with its path', () => {
    assert.deepEqual(errorsOf(parseYaml('a:\n- b: 1\n  b: 2\n')), ['3:3 a[0].b: the key is given twice']);
  });

  test('an alias without an anchor before it, and one inside its own anchor', () => {
    assert.deepEqual(errorsOf(parseYaml('a: *x\n')), ['1:4 alias "*x" has no anchor before it']);
    assert.deepEqual(errorsOf(parseYaml('a: &x [*x]\n')), ['1:8 alias "*x" has no anchor before it']);
  });

  test('a key that is a map, and a merge of a scalar', () => {
    assert.deepEqual(errorsOf(parseYaml('{a: 1}: 2\n')), ['1:1 a key must be a scalar, not a map or a list']);
    assert.deepEqual(errorsOf(parseYaml('<<: 1\n')), ['1:5 the value of a merge key "<<" must be a map or a list of maps']);
  });

  test('a control character', () => {
    assert.deepEqual(errorsOf(parseYaml('a: 1\nb: \x07\n')), ['2:4 not valid YAML: control characters are not allowed']);
  });

  test('an unknown tag as a warning', () => {
    assert.equal(parseYaml('a: !secret x\n').warnings.length, 1);
  });
});

describe('parseYaml() bounds what hostile text costs', () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const TOO_DEEP: Readonly<Record<string, string>> = {
    'flow lists': nested(MAX_DEPTH + 2),
    'a million flow lists': '['.repeat(1_000_000),
    'a million block lists': '- '.repeat(1_000_000),
    'a million keys': '? '.repeat(1_000_000),
    'block maps': Array.from({ length: MAX_DEPTH + 2 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    'aliases of aliases': Array.from(
      { length: MAX_DEPTH + 2 },
      (_, depth) => `a${depth}: &a${depth} [${depth === 0 ? '' : `*a${depth - 1}`}]`,
    ).join('\n'),
  };
  for (const [what, text] of Object.entries(TOO_DEEP)) {
    test(`refuses the depth of ${what}`, () => {
      assert.match(errorsOf(parseYaml(text))[0] as string, /nested deeper than 100 levels$/);
    });
  }

  test('reads what is as deep as allowed', () => assert.deepEqual(parseYaml(nested(MAX_DEPTH)).errors, []));

  test('refuses a million aliases of one scalar', () => {
    const parsed = parseYaml(`a: &a x\nb: [${'*a,'.repeat(160_000)}]`);
    assert.match(errorsOf(parsed)[0] as string, new RegExp(`aliases add more than ${MAX_ALIAS_VALUES} values`));
    const more = parseYaml(`a: &a x\nb: [${'*a,'.repeat(1_000_000)}]`);
    assert.match(errorsOf(more)[0] as string, /more than \d+ YAML tokens/);
  });

  test('refuses the bomb of a billion laughs', () => {
    const level = (n: number): string => `l${n}: &l${n} [${Array.from({ length: 10 }, () => (n === 0 ? 'ha' : `*l${n - 1}`)).join(', ')}]`;
    const parsed = parseYaml(Array.from({ length: 12 }, (_, n) => level(n)).join('\n'));
    assert.match(errorsOf(parsed)[0] as string, /aliases add more than/);
    assert.deepEqual(parsed.documents, []);
  });

  test('finds a duplicate among 50 000 keys without comparing each with each', () => {
    const keys = Array.from({ length: 50_000 }, (_, n) => `k${n}: 1`).join('\n');
    const started = performance.now();
    assert.deepEqual(errorsOf(parseYaml(`${keys}\nk0: 2`)), ['50001:1 k0: the key is given twice']);
    // A quadratic search takes minutes; the bound leaves a loaded machine a wide margin.
    assert.ok(performance.now() - started < 30_000);
  });

  test('keeps "__proto__" and "constructor" keys like any other', () => {
    const value = parseYaml('__proto__: {polluted: true}\nconstructor: 1\n').documents[0]?.value as object;
    assert.equal(Object.getPrototypeOf(value), null);
    assert.deepEqual(Object.keys(value), ['__proto__', 'constructor']);
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });

  test('reports only the first of endless errors', () => {
    assert.equal(parseYaml(']\n'.repeat(1000)).errors.length, 1);
    assert.equal(parseYaml('a: &a &b x\n'.repeat(1000)).errors.length, 5);
  });
});

describe('parseYaml() never throws', () => {
  const noise = fc
    .array(
      fc.constantFrom(
        'a',
        ': ',
        '- ',
        '\n',
        '  ',
        '[',
        ']',
        '{',
        '}',
        ',',
        '"',
        "'",
        '&a ',
        '*a',
        '!t ',
        '|',
        '>',
        '#',
        '---\n',
        '? ',
        '<<: ',
        '%',
        '\t',
        '0',
        '~',
        '\\',
      ),
    )
    .map((parts) => parts.join(''));

  test('on noise of YAML signs', () => {
    fc.assert(
      fc.property(noise, (text) => assert.doesNotThrow(() => parseYaml(text))),
      { numRuns: 1000 },
    );
  });

  test('on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => assert.doesNotThrow(() => parseYaml(text))),
      { numRuns: 300 },
    );
  });

  test('and reads back every JSON value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme-ascii' }), fc.jsonValue({ maxDepth: 4, noUnicodeString: true })), (object) => {
        const text = JSON.stringify(object);
        assert.deepEqual(firstValue(text), JSON.parse(text));
      }),
    );
  });
});
