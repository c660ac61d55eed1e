import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { dnsLabel, dnsSubdomain, envName, ipAddress, labelValue, type NameRule, podUid, portName, qualifiedName } from './name-rules.ts';
import { nearestName } from './nearest-name.ts';

const RULES: Readonly<Record<string, readonly [rule: NameRule, good: readonly string[], bad: readonly string[]]>> = {
  'dnsLabel()': [dnsLabel, ['a', '1', 'a-b', 'a'.repeat(63)], ['', 'A', '-a', 'a-', 'a.b', 'a_b', 'a'.repeat(64), 'é', 'a\n']],
  'dnsSubdomain()': [dnsSubdomain, ['a', 'a.b', '1.2', 'a'.repeat(253)], ['', '.', '..', 'a..b', 'a.', 'a/b', 'a.-b', 'a'.repeat(254)]],
  'qualifiedName()': [
    qualifiedName,
    ['a', 'A_.-b', 'x.y/Z', 'a'.repeat(63)],
    ['', '/', 'a/', '/a', 'a/b/c', 'X/a', '-a', 'a'.repeat(64), '__proto__'],
  ],
  'labelValue()': [labelValue, ['', 'a', 'A_.-b', '1'], ['-a', 'a b', 'a/b', 'a'.repeat(64)]],
  'portName()': [portName, ['a', 'http-2', '1a', 'a'.repeat(15)], ['', '1', 'A', 'a_b', '-a', 'a-', 'a--b', 'a'.repeat(16)]],
  'envName()': [envName, ['A', 'a b', '1', '~', '!'], ['', '=', 'a=b', 'a\t', 'é', 'a\n']],
  'podUid()': [podUid, ['a', '0b5c4f9e-9c1f-4c4e-8a1e-000000000000', 'A1'], ['', '.', '..', 'a/b', '-a', 'a-', 'a'.repeat(64)]],
  'ipAddress()': [
    ipAddress,
    ['10.0.0.1', '::', '::1', 'fe80::1', '::ffff:10.0.0.1'],
    ['', 'x', '10.0.0', '10.0.0.256', '010.0.0.1', '1', ':', '::1]', '::g', '1:2'],
  ],
};
for (const [name, [rule, good, bad]] of Object.entries(RULES)) {
  describe(name, () => {
    for (const value of good) test(`takes "${value.slice(0, 40)}"`, () => assert.equal(rule(value), undefined));
    for (const value of bad) test(`refuses ${JSON.stringify(value.slice(0, 40))}`, () => assert.equal(typeof rule(value), 'string'));
  });
}

test('no name that becomes part of a path leaves its directory', () => {
  const risky = fc.array(fc.constantFrom('.', '..', '/', '\\', 'a', '-', '\0', ' ')).map((parts) => parts.join(''));
  fc.assert(
    fc.property(risky, (value) => {
      for (const rule of [dnsLabel, dnsSubdomain, podUid]) {
        if (rule(value) === undefined) assert.match(value, /^[a-z](?:[a-z.-]*[a-z])?$/);
        if (rule(value) === undefined) assert.ok(!value.includes('..'));
      }
    }),
  );
});

describe('nearestName()', () => {
  const KNOWN = ['image', 'imagePullPolicy', 'command', 'lifecycle', 'env', 'terminationGracePeriodSeconds'];
  const CASES: readonly (readonly [given: string, meant: string | undefined])[] = [
    ['imge', 'image'],
    ['Image', 'image'],
    ['iamge', 'image'],
    ['lifecyle', 'lifecycle'],
    ['envs', 'env'],
    ['terminationGracePeriod', 'terminationGracePeriodSeconds'],
    ['x', undefined],
    ['somethingElse', undefined],
    ['image'.repeat(20), undefined],
  ];
  for (const [given, meant] of CASES)
    test(`takes "${given.slice(0, 30)}" for ${meant}`, () => assert.equal(nearestName(given, KNOWN), meant));
});
