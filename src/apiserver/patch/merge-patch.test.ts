import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Fields, isFields } from '../../model/json-fields.ts';
import { sameJson } from '../api-object.ts';
import { StatusError } from '../status-error.ts';
import { applyMergePatch } from './merge-patch.ts';

/** What a client makes of two versions (RFC 7386 has no way to say "null"). */
function diff(from: Fields, to: Fields): Fields {
  const changed = Object.keys(to).flatMap((name): (readonly [string, unknown])[] => {
    const [a, b] = [Object.hasOwn(from, name) ? from[name] : undefined, to[name]];
    if (sameJson(a, b)) return [];
    return [[name, isFields(a) && isFields(b) ? diff(a, b) : b]];
  });
  const gone = Object.keys(from).filter((name) => !Object.hasOwn(to, name));
  return Object.fromEntries([...changed, ...gone.map((name) => [name, null] as const)]);
}

const withoutNulls = (value: unknown): unknown =>
  isFields(value)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([, one]) => one !== null)
          .map(([name, one]) => [name, withoutNulls(one)]),
      )
    : value;

describe('applyMergePatch()', () => {
  // The table of RFC 7386, appendix A, as far as documents and patches are objects.
  const MERGED: readonly (readonly [document: Fields, patch: Fields, merged: Fields])[] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    [{ a: [1] }, { a: [null, { b: null }] }, { a: [null, { b: null }] }],
    [{ a: 1 }, { a: { b: 2 } }, { a: { b: 2 } }],
    [{ a: { b: 1 } }, { a: {} }, { a: { b: 1 } }],
    [{}, {}, {}],
  ];
  for (const [document, patch, merged] of MERGED) {
    it(`merges ${JSON.stringify(patch)} into ${JSON.stringify(document)}`, () =>
      assert.deepEqual(applyMergePatch(document, patch), merged));
  }

  for (const patch of [['c'], null, 'text', 1, undefined]) {
    it(`refuses ${JSON.stringify(patch)}`, () =>
      assert.throws(
        () => applyMergePatch({}, patch),
        (error) =>
          error instanceof StatusError && error.code === 400 && error.message === 'error decoding patch: a JSON merge patch is an object',
      ));
  }

  it('refuses a patch that is nested too deep', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`) as unknown;
    assert.throws(() => applyMergePatch({}, deep), /^StatusError: The patch is nested deeper than 100 levels$/);
  });

  it('makes the document that a diff was made for', () => {
    const json = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'toString'), fc.jsonValue({ maxDepth: 4 }));
    fc.assert(
      fc.property(json, json, (from, to) => {
        const target = withoutNulls(to) as Fields;
        assert.ok(sameJson(applyMergePatch(from, diff(from, target)), target));
      }),
      { numRuns: 500 },
    );
  });

  it('is idempotent, changes no argument and no prototype', () => {
    const json = fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'constructor', 'prototype'), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(json, json, (document, patch) => {
        const before = JSON.stringify([document, patch]);
        const merged = applyMergePatch(document, patch);
        assert.ok(sameJson(applyMergePatch(merged, patch), merged));
        assert.equal(JSON.stringify([document, patch]), before);
        assert.equal(Object.getPrototypeOf(merged), Object.prototype);
        assert.deepEqual(Object.keys(Object.prototype), []);
      }),
    );
  });

  it('keeps __proto__ a key of data', () => {
    const patch = JSON.parse('{"metadata": {"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}}') as Fields;
    const merged = applyMergePatch({ metadata: { name: 'web' } }, patch);
    assert.equal(
      JSON.stringify(merged),
      '{"metadata":{"name":"web","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}',
    );
    assert.equal(({} as Fields)['polluted'], undefined);
    assert.equal((merged['metadata'] as Fields)['polluted'], undefined);
  });
});
