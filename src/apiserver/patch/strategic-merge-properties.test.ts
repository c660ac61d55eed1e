import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Fields, isFields } from '../../model/json-fields.ts';
import { sameJson } from '../api-object.ts';
import { readApiSchema } from '../schema/read-api-schema.ts';
import { StatusError } from '../status-error.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';

const schema = readApiSchema();
const patched = (object: Fields, patch: Fields): Fields => applyStrategicMergePatch({ schema, typeName: 'Pod', object, patch }).object;

describe('applyStrategicMergePatch(), whatever it is given', () => {
  it('answers any patch with an object or a StatusError, and changes no argument', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const element = fc.record(
      { name: fc.oneof(name, fc.jsonValue({ maxDepth: 1 })), $patch: fc.constantFrom('delete', 'replace', 'merge', 'x'), image: name },
      { requiredKeys: [] },
    );
    const list = fc.array(fc.oneof({ weight: 9, arbitrary: element }, fc.jsonValue({ maxDepth: 2 })), { maxLength: 5 });
    const spec = fc.record(
      {
        containers: list,
        '$setElementOrder/containers': list,
        '$deleteFromPrimitiveList/containers': list,
        $retainKeys: fc.array(fc.constantFrom('containers', 'hostname')),
        $patch: fc.constantFrom('delete', 'replace', 'merge', 'x'),
        hostname: fc.jsonValue({ maxDepth: 1 }),
        __proto__: fc.jsonValue({ maxDepth: 1 }),
      },
      { requiredKeys: [] },
    );
    const pod = fc.oneof(
      fc.record({ spec }),
      fc.dictionary(fc.constantFrom('spec', 'metadata', 'x', '__proto__'), fc.jsonValue({ maxDepth: 4 })),
    );
    fc.assert(
      fc.property(pod, pod, (object, patch) => {
        const before = JSON.stringify([object, patch]);
        try {
          const result = patched(object, patch);
          assert.ok(isFields(result));
        } catch (error) {
          assert.ok(error instanceof StatusError, String(error));
        }
        assert.equal(JSON.stringify([object, patch]), before);
        assert.deepEqual(Object.keys(Object.prototype), []);
      }),
      { numRuns: 1000 },
    );
  });

  it('applied twice is applied once, and every container of the patch is there', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'));
    const containers = (image: string) => names.map((all) => all.map((name) => ({ name, image })));
    fc.assert(
      fc.property(containers('old'), containers('new'), (live, wanted) => {
        const patch = { spec: { containers: wanted } };
        const once = patched({ spec: { containers: live } }, patch);
        assert.ok(sameJson(patched(once, patch), once));
        const result = (once['spec'] as { containers: { name: string; image: string }[] }).containers;
        assert.deepEqual(new Set(result.map(({ name }) => name)), new Set([...live, ...wanted].map(({ name }) => name)));
        // S4
        const order = (some: readonly { name: string }[]) => some.map(({ name }) => name);
        assert.deepEqual(order(result.filter(({ image }) => image === 'new')), order(wanted));
        const old = result.filter(({ image }) => image === 'old');
        assert.deepEqual(order(old), order(live.filter(({ name }) => old.some((one) => one.name === name))));
      }),
    );
  });

  it('with $setElementOrder makes exactly the list that the client edited', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1 });
    fc.assert(
      fc.property(names, names, (live, edited) => {
        const object = { spec: { containers: live.map((name) => ({ name, image: 'old' })) } };
        // What `kubectl edit` sends.
        const patch = {
          spec: {
            '$setElementOrder/containers': edited.map((name) => ({ name })),
            containers: [
              ...edited.map((name) => ({ name, image: 'new' })),
              ...live.filter((name) => !edited.includes(name)).map((name) => ({ name, $patch: 'delete' })),
            ],
          },
        };
        assert.deepEqual(patched(object, patch), { spec: { containers: edited.map((name) => ({ name, image: 'new' })) } });
      }),
    );
  });
});
