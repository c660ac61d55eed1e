import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Fields, isFields } from '../../model/json-fields.ts';
import { sameJson } from '../api-object.ts';
import { readApiSchema } from '../schema/read-api-schema.ts';
import { StatusError } from '../status-error.ts';
import { pod, type Stored, withValues } from './apply-fixtures.contract.ts';
import { type Path, pathsOf, showPath } from './field-set.ts';
import { ownValue } from './json-values.ts';
import { readManagers, withoutManagedFields } from './managers.ts';
import { applyServerSide } from './server-side-apply.ts';

const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
const value = fc.constantFrom('1', '2');
const port = fc.record(
  { containerPort: fc.constantFrom(80, 443), protocol: fc.constantFrom('TCP', 'UDP'), name: value },
  { requiredKeys: ['containerPort'] },
);

/** What is applied. `least` 1: with no empty list, map or struct in it: what is emptied goes. */
function configs(least: 0 | 1): fc.Arbitrary<Fields> {
  const few = <T>(items: fc.Arbitrary<T>, key: (item: T) => unknown): fc.Arbitrary<T[]> =>
    fc.uniqueArray(items, { minLength: least, maxLength: 3, selector: key });
  const map = fc.dictionary(name, value, { minKeys: least });
  const container = fc.record(
    {
      name,
      image: value,
      args: fc.array(value, { maxLength: 2 }),
      env: few(fc.record({ name, value }, { requiredKeys: ['name'] }), (one) => one.name),
      ports: few(port, (one) => `${one.containerPort} ${one.protocol ?? 'TCP'}`),
      securityContext: fc.record({ runAsUser: fc.nat(2), privileged: fc.boolean() }, { requiredKeys: least === 0 ? [] : ['runAsUser'] }),
    },
    { requiredKeys: ['name'] },
  );
  const spec = {
    containers: few(container, (one) => one.name),
    hostname: value,
    nodeSelector: map,
    dnsConfig: fc.record({ nameservers: fc.array(value) }),
  };
  return fc.record({
    metadata: fc.record({ labels: map, finalizers: few(value, (one) => one) }, { requiredKeys: least === 0 ? [] : ['labels'] }),
    spec: fc.record(spec, { requiredKeys: least === 0 ? [] : ['hostname'] }),
  });
}

const config = configs(0);

const write = fc.oneof(
  fc.record({ how: fc.constantFrom('apply', 'force'), manager: fc.constantFrom('m1', 'm2', 'm3'), config }),
  fc.record({ how: fc.constant('update'), manager: fc.constantFrom('m1', 'm4'), config }),
);

const json = (object: unknown): string => JSON.stringify(object);
const content = (stored: Stored): Fields => withoutManagedFields(stored.object as Fields);

function play(stored: Stored, writes: readonly { how: string; manager: string; config: unknown }[]): Stored {
  for (const { how, manager, config } of writes) {
    if (how === 'force') stored.apply(manager, json(config), { force: true });
    else if (how === 'update') stored.update(manager, (object) => ({ ...object, ...(config as Fields) }));
    else {
      const outcome = stored.try(manager, json(config));
      if ('object' in outcome) stored.object = outcome.object;
    }
  }
  return stored;
}

/** What is at the end of a path; undefined where there is nothing. */
function valueAt(object: unknown, path: Path): unknown {
  return path.reduce((at, element): unknown => {
    const rest = element.slice(2);
    if (element.startsWith('f:')) return isFields(at) ? ownValue(at, rest) : undefined;
    if (!Array.isArray(at)) return undefined;
    if (element.startsWith('v:')) return at.find((one) => json(one) === rest);
    const keys = Object.entries(JSON.parse(rest) as Fields);
    return at.find(
      (one) => isFields(one) && keys.every(([key, wanted]) => (ownValue(one, key) ?? (key === 'protocol' ? 'TCP' : undefined)) === wanted),
    );
  }, object);
}

describe('applyServerSide(), whatever is applied', () => {
  it('applied twice is applied once', () => {
    fc.assert(
      fc.property(config, config, (first, second) => {
        const stored = pod().apply('a', json(first)).apply('b', json(second), { force: true });
        const outcome = stored.try('b', json(second));
        assert.ok('object' in outcome && outcome.object === stored.object);
      }),
    );
  });

  it('has what was applied last, just as it was applied', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 4 }), config, (writes, last) => {
        const stored = play(pod(), writes).apply('last', json(last), { force: true });
        const owned = readManagers(stored.entries)
          ?.values()
          .find(({ name }) => name === 'last');
        for (const path of owned === undefined ? [] : pathsOf(owned.fields)) {
          const isKept = valueAt(stored.object, path);
          const wanted = valueAt(last, path);
          assert.ok(typeof wanted === 'object' || sameJson(isKept, wanted), showPath(path));
        }
      }),
    );
  });

  it('leaves nothing behind when the only one who applied lets go', () => {
    fc.assert(
      fc.property(fc.array(configs(1), { minLength: 1, maxLength: 3 }), (all) => {
        const writes = all.map((one) => ({ how: 'apply', manager: 'a', config: one }));
        const stored = play(pod(), writes).apply('a', '{}');
        assert.deepEqual(stored.object, { apiVersion: 'v1', kind: 'Pod', metadata: {} });
      }),
    );
  });

  it('leaves what the other applied when one of two lets go', () => {
    fc.assert(
      fc.property(configs(1), configs(1), (first, second) => {
        const stored = pod().apply('a', json(first)).apply('b', json(second), { force: true }).apply('a', '{}');
        const before = stored.object;
        const again = stored.try('b', json(second));
        assert.ok('object' in again && again.object === before);
        assert.deepEqual(
          stored.entries.map(({ manager }) => manager).filter((manager) => manager !== 'b'),
          [],
        );
      }),
    );
  });

  it('without force changes nothing that another one applied', () => {
    fc.assert(
      fc.property(config, config, (first, second) => {
        const stored = pod().apply('a', json(first));
        const outcome = stored.try('b', json(second));
        if ('conflicts' in outcome) return;
        stored.object = outcome.object;
        const values = readManagers(stored.entries)
          ?.values()
          .find(({ name }) => name === 'a')?.fields;
        for (const path of values === undefined ? [] : pathsOf(values)) {
          const wanted = valueAt(first, path);
          assert.ok(typeof wanted === 'object' || sameJson(valueAt(stored.object, path), wanted), showPath(path));
        }
        assert.ok('object' in stored.try('a', json(first)));
      }),
    );
  });

  it('has no manager own what is not there, whatever was written by whom', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 6 }), (writes) => {
        const stored = play(pod(), writes);
        for (const manager of readManagers(stored.entries)?.values() ?? assert.fail()) {
          for (const path of pathsOf(manager.fields)) {
            assert.notEqual(valueAt(stored.object, path), undefined, `${manager.name} ${showPath(path)} in ${json(content(stored))}`);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('answers any JSON with an outcome or a StatusError, changes no argument and no prototype', () => {
    const schema = readApiSchema();
    const part = fc.dictionary(
      fc.constantFrom('labels', 'containers', 'name', 'finalizers', 'managedFields', '__proto__', 'env'),
      fc.jsonValue({ maxDepth: 4 }),
    );
    const object = fc.oneof(
      fc.record({ metadata: fc.oneof(part, fc.jsonValue()), spec: fc.oneof(part, fc.jsonValue()) }),
      config,
      fc.dictionary(fc.constantFrom('spec', 'metadata', 'x', '__proto__'), fc.jsonValue({ maxDepth: 4 })),
    );
    fc.assert(
      fc.property(object, object, fc.boolean(), (live, sent, force) => {
        const applied = { ...sent, apiVersion: 'v1', kind: 'Pod' };
        const before = json([live, applied]);
        try {
          applyServerSide({
            schema,
            typeName: 'Pod',
            kind: 'Pod',
            apiVersion: 'v1',
            live,
            applied,
            manager: 'a',
            force,
            time: '2026-01-01T00:00:00Z',
          });
        } catch (error) {
          assert.ok(error instanceof StatusError, String(error));
        }
        assert.equal(json([live, applied]), before);
        assert.deepEqual(Object.keys(Object.prototype), []);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps __proto__ a key of data', () => {
    const stored = pod()
      .apply('a', '{"metadata": {"labels": {"__proto__": "x"}}}')
      .update('b', withValues({ '/spec': { nodeSelector: JSON.parse('{"__proto__": "y"}') } }));
    assert.equal(json(content(stored)['metadata']), '{"labels":{"__proto__":"x"}}');
    assert.equal(json(stored.owned('a')), '{"f:metadata":{"f:labels":{"f:__proto__":{}}}}');
    stored.apply('a', '{}');
    assert.equal(stored.owned('a'), undefined);
  });
});
