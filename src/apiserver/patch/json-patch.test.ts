import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Fields } from '../../model/json-fields.ts';
import { sameJson } from '../api-object.ts';
import { StatusError } from '../status-error.ts';
import { applyJsonPatch } from './json-patch.ts';
import { listIndex, parsePointer } from './json-pointer.ts';

const parse = (json: string): Fields => JSON.parse(json) as Fields;

/** The code and the text of the refusal. */
function refusal(document: Fields, patch: unknown): readonly [code: number, message: string] {
  try {
    const patched = applyJsonPatch(document, patch);
    assert.fail(`was patched: ${JSON.stringify(patched).slice(0, 200)}`);
  } catch (error) {
    assert.ok(error instanceof StatusError, String(error));
    return [error.code, error.message];
  }
}

describe('applyJsonPatch()', () => {
  // The examples of RFC 6902, appendix A, with values of our own.
  const PATCHED: readonly (readonly [title: string, document: Fields, patch: readonly object[], patched: Fields])[] = [
    ['adds a field', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    ['adds over a field', { a: 1 }, [{ op: 'add', path: '/a', value: [] }], { a: [] }],
    ['adds an element before another', { a: ['x', 'z'] }, [{ op: 'add', path: '/a/1', value: 'y' }], { a: ['x', 'y', 'z'] }],
    ['adds an element at the end', { a: ['x'] }, [{ op: 'add', path: '/a/-', value: { b: null } }], { a: ['x', { b: null }] }],
    ['adds at the end by number', { a: ['x'] }, [{ op: 'add', path: '/a/1', value: 'y' }], { a: ['x', 'y'] }],
    ['adds null', { a: 1 }, [{ op: 'add', path: '/b', value: null }], { a: 1, b: null }],
    ['removes a field', { a: 1, b: 2 }, [{ op: 'remove', path: '/b' }], { a: 1 }],
    ['removes an element', { a: ['x', 'y', 'z'] }, [{ op: 'remove', path: '/a/1' }], { a: ['x', 'z'] }],
    ['removes the last element by -1', { a: ['x', 'y'] }, [{ op: 'remove', path: '/a/-1' }], { a: ['x'] }],
    ['replaces a field', { a: 1, b: 2 }, [{ op: 'replace', path: '/a', value: 3 }], { a: 3, b: 2 }],
    ['replaces an element', { a: ['x', 'y'] }, [{ op: 'replace', path: '/a/0', value: 'z' }], { a: ['z', 'y'] }],
    ['replaces everything', { a: 1 }, [{ op: 'replace', path: '', value: { b: 1 } }], { b: 1 }],
    ['moves a field', { a: { b: 1 }, c: {} }, [{ op: 'move', from: '/a/b', path: '/c/d' }], { a: {}, c: { d: 1 } }],
    ['moves an element', { a: ['x', 'y', 'z'] }, [{ op: 'move', from: '/a/0', path: '/a/2' }], { a: ['y', 'z', 'x'] }],
    ['moves to where it is', { a: 1 }, [{ op: 'move', from: '/a', path: '/a' }], { a: 1 }],
    [
      'copies a value that then is another',
      { a: { b: [1] } },
      [
        { op: 'copy', from: '/a', path: '/c' },
        { op: 'add', path: '/c/b/-', value: 2 },
      ],
      { a: { b: [1] }, c: { b: [1, 2] } },
    ],
    [
      'tests a value, whatever the order of its fields',
      { a: { b: 1, c: [2] } },
      [{ op: 'test', path: '/a', value: { c: [2], b: 1 } }],
      { a: { b: 1, c: [2] } },
    ],
    ['tests null', { a: null }, [{ op: 'test', path: '/a', value: null }], { a: null }],
    [
      'unescapes ~1 and then ~0',
      { 'a/b': 1, '~1': 2 },
      [
        { op: 'remove', path: '/a~1b' },
        { op: 'test', path: '/~01', value: 2 },
      ],
      { '~1': 2 },
    ],
    ['knows the empty name', { '': 1 }, [{ op: 'replace', path: '/', value: 2 }], { '': 2 }],
    ['does nothing', { a: 1 }, [], { a: 1 }],
  ];
  for (const [title, document, patch, patched] of PATCHED) {
    it(title, () => assert.deepEqual(applyJsonPatch(document, patch), patched));
  }

  const REFUSED: readonly (readonly [document: Fields, patch: unknown, code: number, message: string])[] = [
    [{}, { op: 'add' }, 400, 'error decoding patch: a JSON patch is a list of operations'],
    [{}, ['add'], 400, 'error decoding patch: operation 0 is no object'],
    [{}, [{ op: 'add', value: 1 }], 400, 'error decoding patch: operation 0 has no path'],
    [{}, [{ op: 'add', path: '/a' }], 400, 'error decoding patch: operation 0 (add) has no value'],
    [{}, [{ op: 'move', path: '/a' }], 400, 'error decoding patch: operation 0 has no from'],
    [
      {},
      [{ op: 'remove', path: 'a' }],
      400,
      'error decoding patch: JSON pointer "a" is malformed: it starts with "/", and "~" and "/" in a name are written "~0" and "~1"',
    ],
    [{}, [{ op: 'spam', path: '/a' }], 422, 'Unexpected kind: spam'],
    [{}, [{ path: '/a' }], 422, 'Unexpected kind: unknown'],
    [{}, [{ op: 'add', path: '/a/b', value: 1 }], 422, 'add operation does not apply: doc is missing path: "/a/b": missing value'],
    [{ a: 1 }, [{ op: 'add', path: '/a/b', value: 1 }], 422, 'add operation does not apply: doc is missing path: "/a/b": missing value'],
    [{}, [{ op: 'remove', path: '/a' }], 422, 'remove operation does not apply: doc is missing path: "/a": missing value'],
    [{}, [{ op: 'replace', path: '/a', value: 1 }], 422, 'replace operation does not apply: doc is missing path: "/a": missing value'],
    [
      { a: [] },
      [{ op: 'replace', path: '/a/-', value: 1 }],
      422,
      'replace operation does not apply: doc is missing path: "/a/-": missing value',
    ],
    [{ a: [] }, [{ op: 'add', path: '/a/1', value: 1 }], 422, "error in add for path: '/a/1': Unable to access invalid index: 1"],
    [{ a: [1] }, [{ op: 'add', path: '/a/01', value: 1 }], 422, "error in add for path: '/a/01': Unable to access invalid index: 01"],
    [{ a: 1 }, [{ op: 'test', path: '/a', value: 2 }], 422, 'testing value /a failed: test failed'],
    [{ a: 1 }, [{ op: 'test', path: '/a', value: '1' }], 422, 'testing value /a failed: test failed'],
    [{}, [{ op: 'test', path: '/a', value: null }], 422, 'test operation does not apply: doc is missing path: "/a": missing value'],
    [
      { a: {} },
      [{ op: 'move', from: '/a', path: '/a/b' }],
      422,
      'move operation does not apply: doc is missing path: "/a/b": missing value',
    ],
    [{}, [{ op: 'remove', path: '' }], 422, 'remove operation does not apply: the whole document cannot be taken away'],
    [{}, [{ op: 'replace', path: '', value: [] }], 422, 'the patched document is no object'],
  ];
  for (const [document, patch, code, message] of REFUSED) {
    it(`refuses ${JSON.stringify(patch)} of ${JSON.stringify(document)}`, () =>
      assert.deepEqual(refusal(document, patch), [code, message]));
  }

  it('applies all operations or none', () => {
    const document = { a: [1] };
    refusal(document, [
      { op: 'add', path: '/a/-', value: 2 },
      { op: 'test', path: '/a/0', value: 'no' },
    ]);
    assert.deepEqual(document, { a: [1] });
  });

  it('takes 10,000 operations and no more', () => {
    const patch = Array.from({ length: 10_000 }, () => ({ op: 'add', path: '/a/-', value: 0 }));
    assert.equal((applyJsonPatch({ a: [] }, patch) as { a: unknown[] }).a.length, 10_000);
    assert.deepEqual(refusal({ a: [] }, [...patch, patch[0]]), [
      413,
      'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    ]);
  });

  it('lets copies grow the document by 3 MiB at most', () => {
    // Each one doubles it.
    const patch = Array.from({ length: 60 }, (_, index) => ({ op: 'copy', from: '/a', path: `/a/${index}` }));
    const [code, message] = refusal({ a: { text: 'x'.repeat(100) } }, patch);
    assert.equal(code, 422);
    assert.match(message, /^Unable to complete the copy, the accumulated size increase of copy is \d+, exceeding the limit 3145728$/);
  });

  it('nests no deeper than 100 levels, however the depth came about', () => {
    const deep = (levels: number): Fields => (levels === 0 ? {} : { a: deep(levels - 1) });
    const add = (path: string, value: unknown) => ({ op: 'add', path, value });
    assert.match(refusal({}, [add('/a', deep(101))])[1], /^The patch is nested deeper than 100 levels$/);
    assert.match(refusal({ a: { b: {} } }, [add('/a/b/c', deep(97)), add(`/a/b/c${'/a'.repeat(97)}/x`, deep(5))])[1], /nested deeper/);
    const move = [add('/a', deep(60)), add('/b', deep(60)), { op: 'move', from: '/b', path: `/a${'/a'.repeat(60)}/b` }];
    assert.match(refusal({}, move)[1], /^the patched document is nested deeper than 100 levels$/);
    const copy = [add('/a', deep(60)), { op: 'copy', from: '/a', path: `/a${'/a'.repeat(60)}/b` }];
    assert.match(refusal({}, copy)[1], /nested deeper/);
    assert.doesNotThrow(() => applyJsonPatch({}, [add('/a', deep(40)), { op: 'move', from: '/a', path: '/b' }]));
  });

  it('changes neither the document nor the patch, and shares nothing that it changes', () => {
    const document = { a: { b: [1] } };
    const patch = [
      { op: 'add', path: '/c', value: { d: [1] } },
      { op: 'add', path: '/c/d/-', value: 2 },
      { op: 'add', path: '/a/b/-', value: 2 },
    ];
    const [before, patchBefore] = [structuredClone(document), structuredClone(patch)];
    assert.deepEqual(applyJsonPatch(document, patch), { a: { b: [1, 2] }, c: { d: [1, 2] } });
    assert.deepEqual([document, patch], [before, patchBefore]);
  });

  it('never reaches a prototype: __proto__, constructor and prototype are keys of data', () => {
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      // Of data there is none yet.
      for (const op of ['remove', 'replace', 'test']) assert.equal(refusal({}, [{ op, path: `/${name}`, value: 1 }])[0], 422);
      for (const path of [`/${name}/polluted`, `/a/${name}/polluted`]) {
        assert.equal(refusal({ a: {} }, [{ op: 'add', path, value: 1 }])[0], 422);
        assert.equal(refusal({ a: {} }, [{ op: 'copy', from: `/${name}`, path: '/b' }])[0], 422);
        assert.equal(refusal({ a: {} }, [{ op: 'move', from: path, path: '/b' }])[0], 422);
      }
      const made = applyJsonPatch({}, [
        { op: 'add', path: `/${name}`, value: { x: 1 } },
        { op: 'add', path: `/${name}/polluted`, value: true },
      ]);
      assert.equal(JSON.stringify(made), `{"${name}":{"x":1,"polluted":true}}`);
      assert.equal(Object.getPrototypeOf(made), Object.prototype);
      assert.deepEqual(applyJsonPatch(made, [{ op: 'remove', path: `/${name}` }]), {});
      assert.equal(JSON.stringify(applyJsonPatch(made, [{ op: 'move', from: `/${name}`, path: '/y' }])), '{"y":{"x":1,"polluted":true}}');
    }
    assert.equal(({} as Fields)['polluted'], undefined);
    assert.equal((Object as unknown as Fields)['polluted'], undefined);
    // As JSON.parse makes them.
    const parsed = parse('{"__proto__": {"a": 1}}');
    assert.equal(
      JSON.stringify(applyJsonPatch(parsed, [{ op: 'add', path: '/b', value: parsed }])),
      '{"__proto__":{"a":1},"b":{"__proto__":{"a":1}}}',
    );
  });

  it('answers any patch with an object or a StatusError, and leaves its arguments and all prototypes as they are', () => {
    const key = fc.constantFrom('a', 'b', '__proto__', 'constructor', '0', '1', '-', '');
    const pointer = fc.oneof(
      fc.array(key, { maxLength: 4 }).map((parts) => parts.map((part) => `/${part}`).join('')),
      fc.string(),
    );
    const value = fc.jsonValue({ maxDepth: 3 });
    const operation = fc.record(
      { op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'), path: pointer, from: pointer, value },
      { requiredKeys: ['op', 'path'] },
    );
    const document = fc.dictionary(key, value);
    fc.assert(
      fc.property(document, fc.oneof(fc.array(operation, { maxLength: 8 }), value), (fields, patch) => {
        const before = JSON.stringify([fields, patch]);
        try {
          assert.equal(typeof applyJsonPatch(fields, patch), 'object');
        } catch (error) {
          assert.ok(error instanceof StatusError, String(error));
        }
        assert.equal(JSON.stringify([fields, patch]), before);
        assert.deepEqual(Object.keys(Object.prototype), []);
      }),
      { numRuns: 500 },
    );
  });

  it('adds what it then finds, and removes what it added', () => {
    const key = fc.string({ minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue({ maxDepth: 2 })), key, fc.jsonValue({ maxDepth: 2 }), (fields, name, value) => {
        const path = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        const added = applyJsonPatch(fields, [
          { op: 'add', path, value },
          { op: 'test', path, value },
        ]);
        const removed = applyJsonPatch(added, [{ op: 'remove', path }]);
        const { [name]: _, ...rest } = fields;
        assert.ok(sameJson(removed, Object.hasOwn(fields, name) ? rest : fields));
      }),
    );
  });
});

describe('parsePointer()', () => {
  it('reads what is escaped', () => assert.deepEqual(parsePointer('/a~1b/c~0d/'), ['a/b', 'c~d', '']));
  it('reads the whole document', () => assert.deepEqual(parsePointer(''), []));
  for (const text of ['a', ' /a', '/~', '/~2', '/a~']) it(`refuses "${text}"`, () => assert.equal(parsePointer(text), undefined));
});

describe('listIndex()', () => {
  const KNOWN: readonly (readonly [part: string, length: number, index: number | undefined])[] = [
    ['0', 1, 0],
    ['9', 10, 9],
    ['1', 1, undefined],
    ['-1', 3, 2],
    ['-3', 3, 0],
    ['-4', 3, undefined],
    ['00', 1, undefined],
    ['-0', 1, undefined],
    ['1e0', 3, undefined],
    [' 1', 3, undefined],
    ['+1', 3, undefined],
    ['length', 3, undefined],
    ['', 3, undefined],
    ['99999999999999999999', 3, undefined],
  ];
  for (const [part, length, index] of KNOWN)
    it(`finds "${part}" of ${length}: ${index}`, () => assert.equal(listIndex(part, length), index));
});
