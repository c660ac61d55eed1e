import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { readApiTypes } from './api-types.ts';
import type { DeclaredField } from './declarations.ts';
import { atomicTypes, mergeFact, namedFields } from './merge-facts.ts';
import { shortName } from './type-names.ts';

describe('merge-facts.json', () => {
  const fields = new Map<string, readonly DeclaredField[]>();
  before(async () => {
    for (const type of (await readApiTypes()).values()) fields.set(shortName(type.fullName), type.fields ?? []);
  });

  it('speaks of types and fields that there are', () => {
    const missing = namedFields().filter(([type, field]) => fields.get(type)?.some(({ name }) => name === field) !== true);
    assert.deepEqual(missing, []);
    assert.deepEqual(
      atomicTypes().filter((type) => !fields.has(type)),
      [],
    );
  });

  it('names merge keys and map keys that the elements have', () => {
    for (const [type, name] of namedFields()) {
      const fact = mergeFact(type, name);
      const field = fields.get(type)?.find((one) => one.name === name) as DeclaredField;
      const keys = [...(fact?.mapKeys ?? []), ...(fact?.mergeKey === undefined ? [] : [fact.mergeKey])];
      const element = keys.length === 0 ? [] : (fields.get(shortName(field.element)) ?? []);
      for (const key of keys)
        assert.ok(
          element.some((one) => one.name === key),
          `${type}.${name} by ${key}`,
        );
    }
  });

  it('says what an absent protocol stands for, which is a key of ports', () => {
    assert.equal(mergeFact('ContainerPort', 'protocol')?.default, 'TCP');
    assert.equal(mergeFact('ServicePort', 'protocol')?.default, 'TCP');
  });
});

describe('mergeFact()', () => {
  it('reads strategies, keys and kinds of lists', () => {
    const { text: _, ...volumes } = mergeFact('PodSpec', 'volumes') ?? { text: '' };
    assert.deepEqual(volumes, { strategies: ['merge', 'retainKeys'], mergeKey: 'name', listType: 'map', mapKeys: ['name'] });
    const { text: __, ...finalizers } = mergeFact('ObjectMeta', 'finalizers') ?? { text: '' };
    assert.deepEqual(finalizers, { strategies: ['merge'], listType: 'set', mapKeys: [] });
    assert.equal(mergeFact('PodSpec', 'hostname'), undefined);
  });
});
