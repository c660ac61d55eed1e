/** What holds for every Pod that the schema allows: random ones are built from the generated table itself. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { IPod } from 'kubernetes-models/v1/Pod';
import { withDefaults } from './defaults.ts';
import { readFields } from './read-fields.ts';
import { readManifests } from './read-manifests.ts';
import { refuseUnsupported } from './run-support.ts';
import { type ScalarKind, type SchemaType, schemaType } from './schema-type.ts';
import { validatePod } from './validate-pod.ts';
import type { YamlMap } from './yaml-document.ts';

const text = fc.constantFrom('', 'a', 'web', 'A-b', '..', 'x/y', '/p', 'latest', 'constructor');
const SCALARS: Readonly<Record<ScalarKind, fc.Arbitrary<unknown>>> = {
  string: text,
  boolean: fc.boolean(),
  int32: fc.integer({ min: -2, max: 70_000 }),
  int64: fc.integer({ min: -2, max: 2 ** 31 }),
  number: fc.double({ noNaN: true, noDefaultInfinity: true }),
  quantity: fc.constantFrom('0', '1', '500m', '1Gi', '-1', '0.0001', '1e3'),
  intOrString: fc.oneof(fc.integer({ min: 0, max: 70_000 }), text),
  time: fc.constant('2026-01-01T00:00:00Z'),
  any: fc.constant({ a: [1] }),
};

function arbitraryOf(type: SchemaType, depth: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'list':
      return fc.array(arbitraryOf(type.element, depth), { maxLength: 2 });
    case 'map':
      return fc.dictionary(fc.constantFrom('a', 'cpu', 'memory', 'constructor', 'x/y'), arbitraryOf(type.element, depth), { maxKeys: 2 });
    case 'scalar':
      return type.values === undefined ? SCALARS[type.scalar] : fc.constantFrom(...type.values);
    default: {
      if (depth === 0) return fc.constant({});
      const fields = Object.entries(type.fields).map(([field, cell]) => [
        field,
        fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: lazily(cell, depth - 1) }),
      ]);
      return fc.record(Object.fromEntries(fields)).map((object) => JSON.parse(JSON.stringify(object)) as unknown);
    }
  }
}

/** Built when it is drawn: the whole tree of arbitraries would be enormous. */
const lazily = (cell: string, depth: number): fc.Arbitrary<unknown> =>
  fc.constant(cell).chain((one) => arbitraryOf(schemaType(one), depth));

const podParts = fc.record({
  metadata: arbitraryOf(schemaType('ObjectMeta'), 2),
  spec: fc
    .tuple(arbitraryOf(schemaType('PodSpec'), 6), fc.array(arbitraryOf(schemaType('Container'), 5), { maxLength: 3 }))
    .map(([spec, containers]) => ({ ...(spec as object), containers })),
});
const pod = podParts.map((parts) => ({ apiVersion: 'v1', kind: 'Pod', ...parts }));
const RUNS = { numRuns: 150 };

describe('for every Pod of the right types', () => {
  test('readFields() finds nothing wrong and changes nothing', () => {
    fc.assert(
      fc.property(pod, (given) => {
        const fail = (path: unknown, message: string): void => assert.fail(`${JSON.stringify(path)}: ${message}`);
        assert.deepEqual(readFields(given as unknown as YamlMap, 'Pod', [], { error: fail, warning: fail }), given);
      }),
      RUNS,
    );
  });

  test('withDefaults() done twice is done once', () => {
    fc.assert(
      fc.property(pod, (given) => {
        const once = withDefaults(given);
        assert.deepEqual(withDefaults(once), once);
      }),
      RUNS,
    );
  });

  test('validatePod() and refuseUnsupported() give findings, never exceptions', () => {
    fc.assert(
      fc.property(pod, (given) => {
        const defaulted = withDefaults(given) as IPod;
        for (const { path, message } of [...validatePod(defaulted), ...refuseUnsupported(defaulted)])
          assert.ok(path.length > 0 && message !== '');
      }),
      RUNS,
    );
  });

  test('readManifests() reads it back from JSON, with a place for each finding', () => {
    fc.assert(
      fc.property(pod, (given) => {
        const { pods, errors } = readManifests([{ name: 'x', text: JSON.stringify(given, undefined, 1) }], { purpose: 'run' });
        assert.equal(pods.length === 0, errors.length > 0);
        for (const error of errors.slice(0, 100)) assert.ok(error.line > 0);
      }),
      RUNS,
    );
  });
});

test('readManifests() never throws, whatever a document holds', () => {
  const object = fc.dictionary(
    fc.constantFrom('apiVersion', 'kind', 'metadata', 'spec', 'items', 'containers', 'name', '__proto__', 'constructor'),
    fc.jsonValue({ maxDepth: 3 }),
  );
  const wrong = fc.oneof(
    fc.jsonValue(),
    object,
    object.map((fields) => ({ ...fields, apiVersion: 'v1', kind: 'Pod' })),
    fc.record({ apiVersion: fc.constant('v1'), kind: fc.constant('Pod'), metadata: object, spec: object }),
    fc.record({ apiVersion: fc.constant('v1'), kind: fc.constant('List'), items: fc.array(fc.jsonValue()) }),
  );
  fc.assert(
    fc.property(wrong, (value) => {
      const { pods, errors } = readManifests([{ name: 'x', text: JSON.stringify(value) }], { purpose: 'explain' });
      assert.equal(pods.length === 0, errors.length > 0);
    }),
    { numRuns: 500 },
  );
});
