import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bytes, canonicalQuantity, compareQuantities, cpuMillis, parseQuantity, type Quantity } from './quantity.ts';

const read = (text: string): Quantity => parseQuantity(text) ?? assert.fail(`"${text}" was not read`);

describe('parseQuantity()', () => {
  const VALUES: readonly (readonly [text: string, nanos: bigint])[] = [
    ['0', 0n],
    ['1', 1_000_000_000n],
    ['+1', 1_000_000_000n],
    ['-1', -1_000_000_000n],
    ['1.5', 1_500_000_000n],
    ['.5', 500_000_000n],
    ['1.', 1_000_000_000n],
    ['500m', 500_000_000n],
    ['1u', 1000n],
    ['1n', 1n],
    ['1k', 1_000_000_000_000n],
    ['1Ki', 1_024_000_000_000n],
    ['0.5Ki', 512_000_000_000n],
    ['64Mi', 67_108_864_000_000_000n],
    ['1E', 10n ** 27n],
    ['1e3', 1_000_000_000_000n],
    ['1E3', 1_000_000_000_000n],
    ['1e-3', 1_000_000n],
    ['1.5e+1', 15_000_000_000n],
    // Finer than a billionth: rounded away from zero.
    ['0.1n', 1n],
    ['-0.1n', -1n],
    ['1e-30', 1n],
    ['8Ei', (2n ** 63n - 1n) * 1_000_000_000n],
  ];
  for (const [text, nanos] of VALUES) {
    test(`reads "${text}" as ${nanos} billionths`, () => assert.equal(read(text).nanos, nanos));
  }

  for (const text of [
    '',
    ' ',
    '1 ',
    'x',
    '1x',
    '1K',
    '1mi',
    '1.5.3',
    '--1',
    '1e',
    'e3',
    '.',
    '+',
    '1Kim',
    '1ki',
    '0x10',
    '1_000',
    '1e999999999',
    '9'.repeat(200),
  ]) {
    test(`refuses "${text.slice(0, 20)}"`, () => assert.equal(parseQuantity(text), undefined));
  }
});

describe('canonicalQuantity()', () => {
  const FORMS: readonly (readonly [given: string, canonical: string])[] = [
    ['0.5', '500m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['1000k', '1M'],
    ['0.000001', '1u'],
    ['1024Ki', '1Mi'],
    ['1536Mi', '1536Mi'],
    ['1023Ki', '1023Ki'],
    // What has a fraction or is small leaves the binary family.
    ['0.5Ki', '512'],
    ['0.1Ki', '102400m'],
    ['1e3', '1e3'],
    ['1000e3', '1e6'],
    ['12e-4', '1200e-6'],
    ['-2Gi', '-2Gi'],
    ['0Gi', '0'],
  ];
  for (const [given, canonical] of FORMS) {
    test(`spells "${given}" as "${canonical}"`, () => assert.equal(canonicalQuantity(read(given)), canonical));
  }
});

describe('cpuMillis() and bytes()', () => {
  test('round up, as the kubelet does', () => {
    assert.equal(cpuMillis('0.0001'), 1);
    assert.equal(cpuMillis('1500m'), 1500);
    assert.equal(cpuMillis('2'), 2000);
    assert.equal(bytes('64Mi'), 64 * 1024 * 1024);
    assert.equal(bytes('1500m'), 2);
    assert.equal(bytes('-1500m'), -1);
  });

  test('stay exact numbers beyond 2^53', () => {
    assert.equal(bytes('8Ei'), Number.MAX_SAFE_INTEGER);
    assert.equal(cpuMillis('-9e20'), Number.MIN_SAFE_INTEGER);
  });
});

describe('quantities', () => {
  const quantityText = fc
    .tuple(
      fc.constantFrom('', '-', '+'),
      fc.nat({ max: 1_000_000 }),
      fc.option(fc.nat({ max: 9999 }), { nil: undefined }),
      fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'T', 'P', 'E', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'e3', 'E-2', 'e+18', 'e0'),
    )
    .map(([sign, whole, fraction, suffix]) => `${sign}${whole}${fraction === undefined ? '' : `.${fraction}`}${suffix}`);

  test('keep their value through the canonical form', () => {
    fc.assert(
      fc.property(quantityText, (text) => {
        const quantity = read(text);
        const canonical = canonicalQuantity(quantity);
        assert.equal(read(canonical).nanos, quantity.nanos);
        assert.equal(canonicalQuantity(read(canonical)), canonical);
      }),
    );
  });

  test('are ordered as their numbers are', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), (a, b) => {
        assert.equal(Math.sign(compareQuantities(read(`${a}m`), read(`${b}u`))), Math.sign(Number(a * 1000n - b)));
      }),
    );
  });

  test('of any text are read or refused, never an exception', () => {
    fc.assert(fc.property(fc.string(), (text) => assert.doesNotThrow(() => parseQuantity(text))));
  });
});
