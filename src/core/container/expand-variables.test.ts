import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { expandVariables, referencedVariables } from './expand-variables.ts';

const values = new Map([
  ['A', 'a'],
  ['B', '$(A)'],
  ['EMPTY', ''],
]);

describe('expandVariables()', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['$(A)', 'a'],
    ['x-$(A)-$(A)-y', 'x-a-a-y'],
    ['$(EMPTY)', ''],
    ['$(B)', '$(A)'],
    ['$(NOBODY)', '$(NOBODY)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$a'],
    ['$$$$', '$$'],
    ['$A $[A] $', '$A $[A] $'],
    ['$(A', '$(A'],
    ['$()', '$()'],
    ['$($(A))', '$($(A))'],
  ];
  for (const [text, expanded] of cases) it(`reads ${text} as ${expanded}`, () => equal(expandVariables(text, values), expanded));

  it('changes nothing in a text without a dollar sign', () => {
    fc.assert(fc.property(fc.string(), (text) => text.includes('$') || expandVariables(text, values) === text));
  });

  it('gives back any text whose dollar signs are doubled', () => {
    fc.assert(fc.property(fc.string(), (text) => expandVariables(text.replaceAll('$', '$$$$'), values) === text));
  });
});

describe('referencedVariables()', () => {
  it('names what a text refers to, each once, and nothing that is escaped', () => {
    deepEqual(referencedVariables('$(A)/$(B)$$(C)$(A) $() $D'), ['A', 'B', '']);
  });
});
