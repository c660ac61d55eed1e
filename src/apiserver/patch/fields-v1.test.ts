import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Fields } from '../../model/json-fields.ts';
import { fieldSetOfPaths, pathsOf, sameFields } from './field-set.ts';
import { decodeFieldsV1, encodeFieldsV1 } from './fields-v1.ts';
import { keyElement, showPathElement } from './path-element.ts';

describe('FieldsV1', () => {
  it('is read and written as Kubernetes writes it, fields before keys before values, numbers by size', () => {
    const fields = {
      'f:metadata': { 'f:finalizers': { '.': {}, 'v:"a"': {}, 'v:"b"': {} }, 'f:labels': { 'f:app': {}, 'f:tier': {} } },
      'f:spec': {
        'f:ports': {
          'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} },
          'k:{"port":443,"protocol":"TCP"}': {},
          'k:{"port":443,"protocol":"UDP"}': {},
        },
      },
      'i:2': {},
      'i:10': {},
    };
    const set = decodeFieldsV1(fields) ?? assert.fail('was not read');
    assert.equal(JSON.stringify(encodeFieldsV1(set)), JSON.stringify(fields));
  });

  it('means the same in any order and spelling', () => {
    const a = decodeFieldsV1({ 'k:{"protocol": "TCP", "port": 80.0}': {}, 'f:a': { '.': {} } });
    const b = decodeFieldsV1({ 'f:a': {}, 'k:{"port":80,"protocol":"TCP"}': {} });
    assert.ok(a !== undefined && b !== undefined && sameFields(a, b));
  });

  it('leaves out steps that a later version may know', () => {
    assert.deepEqual(encodeFieldsV1(decodeFieldsV1({ 'z:new': {}, 'f:a': {} }) ?? assert.fail()), { 'f:a': {} });
  });

  it('is refused when it is nested deeper than any object', () => {
    const deep = (levels: number): Fields => (levels === 0 ? {} : { 'f:a': deep(levels - 1) });
    assert.ok(decodeFieldsV1(deep(100)) !== undefined);
    assert.equal(decodeFieldsV1(deep(102)), undefined);
  });

  it('has names as they are, whatever they hold', () => {
    for (const name of ['', '.', 'a.b/c', 'f:x', '__proto__', 'k:{"a":1}', 'ü"\\']) {
      const set = fieldSetOfPaths([[`f:${name}`]]);
      assert.deepEqual(pathsOf(decodeFieldsV1(JSON.parse(JSON.stringify(encodeFieldsV1(set)))) ?? assert.fail(name)), [[`f:${name}`]]);
    }
  });

  it('comes back from any set of paths, and refuses or reads any JSON', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean());
    const step = fc.oneof(
      fc.string().map((name) => `f:${name}`),
      fc.dictionary(fc.string({ minLength: 1 }), value, { minKeys: 1, maxKeys: 3 }).map((keys) => keyElement(Object.entries(keys))),
      value.map((one) => `v:${JSON.stringify(one)}`),
      fc.nat().map((index) => `i:${index}`),
    );
    fc.assert(
      fc.property(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 8 }), (paths) => {
        const set = fieldSetOfPaths(paths);
        const decoded = decodeFieldsV1(JSON.parse(JSON.stringify(encodeFieldsV1(set)))) ?? assert.fail();
        assert.ok(sameFields(decoded, set));
        for (const path of paths) for (const element of path) assert.ok(showPathElement(element).length > 0);
      }),
    );
  });

  it('is read or refused, whatever it is', () => {
    const key = fc.oneof(
      fc.string(),
      fc.string().map((rest) => `k:${rest}`),
      fc.string().map((rest) => `v:${rest}`),
      fc.constantFrom('f:a', '.', 'i:x'),
    );
    const fields = fc.letrec((tie) => ({
      tree: fc.oneof({ depthSize: 'small' }, fc.constant({}), fc.dictionary(key, tie('tree')), fc.jsonValue()),
    })).tree;
    fc.assert(
      fc.property(fields, (json) => {
        const set = decodeFieldsV1(json);
        // What was read is written in a way that is read the same.
        if (set !== undefined) assert.ok(sameFields(decodeFieldsV1(encodeFieldsV1(set)) ?? assert.fail(), set));
      }),
    );
  });
});
