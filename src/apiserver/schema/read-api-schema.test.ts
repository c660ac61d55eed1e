import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { API_SCHEMA } from '../gen/api-schema.ts';
import type { ApiType } from './api-schema.ts';
import { apiTypeName, readApiSchema } from './read-api-schema.ts';

const schema = readApiSchema();
const field = (type: string, name: string) => schema.type(type)?.fields[name];

const refOf = (type: ApiType): string | undefined =>
  type.kind === 'ref' ? type.name : 'element' in type ? refOf(type.element) : undefined;

describe('readApiSchema()', () => {
  it('reads types, requirements and how lists merge', () => {
    assert.deepEqual(field('PodSpec', 'containers'), {
      type: { kind: 'list', element: { kind: 'ref', name: 'Container' } },
      required: true,
      patchStrategy: ['merge'],
      patchMergeKey: 'name',
      listType: 'map',
      listMapKeys: ['name'],
    });
    assert.deepEqual(field('Container', 'ports')?.listMapKeys, ['containerPort', 'protocol']);
    assert.deepEqual(field('ContainerPort', 'protocol'), { type: { kind: 'string' }, required: false, default: 'TCP' });
    assert.deepEqual(field('PodSpec', 'volumes')?.patchStrategy, ['merge', 'retainKeys']);
    assert.deepEqual(field('ObjectMeta', 'finalizers'), {
      type: { kind: 'list', element: { kind: 'string' } },
      required: false,
      patchStrategy: ['merge'],
      listType: 'set',
    });
    assert.deepEqual(field('PodSpec', 'nodeSelector'), {
      type: { kind: 'map', element: { kind: 'string' } },
      required: false,
      mapType: 'atomic',
    });
    assert.deepEqual(field('Container', 'args'), { type: { kind: 'list', element: { kind: 'string' } }, required: false });
    assert.deepEqual(field('Secret', 'data')?.type, { kind: 'map', element: { kind: 'bytes' } });
    assert.deepEqual(field('NodeStatus', 'capacity')?.type, { kind: 'map', element: { kind: 'quantity' } });
    assert.deepEqual(field('ManagedFieldsEntry', 'fieldsV1')?.type, { kind: 'any' });
    assert.equal(field('Pod', 'kind')?.required, false);
  });

  it('knows the structs that are one value', () => {
    assert.equal(schema.type('ObjectReference')?.atomic, true);
    assert.equal(schema.type('PodSpec')?.atomic, undefined);
  });

  it('has every type that another one names, and can read every row', () => {
    for (const name of Object.keys(API_SCHEMA)) {
      for (const [key, { type }] of Object.entries(schema.type(name)?.fields ?? {})) {
        const ref = refOf(type);
        assert.ok(ref === undefined || schema.type(ref) !== undefined, `${name}.${key} names ${ref}`);
      }
    }
    assert.ok(Object.keys(API_SCHEMA).length > 250);
  });

  it('knows no names that objects have by birth', () => {
    for (const name of ['constructor', '__proto__', 'toString', '']) {
      assert.equal(schema.type(name), undefined);
      assert.equal(field('Pod', name), undefined);
    }
  });

  it('reads a row once', () => assert.equal(schema.type('Pod'), schema.type('Pod')));

  it('refuses a row that it cannot read', () => {
    assert.throws(() => readApiSchema({ Pod: 'name' }).type('Pod'), /Field "name" of the API schema cannot be read/);
  });
});

describe('apiTypeName()', () => {
  it('tells kinds of one name apart by their group', () => {
    const names = [
      apiTypeName('', 'Event'),
      apiTypeName('events.k8s.io', 'EventList'),
      apiTypeName('', 'Pod'),
      apiTypeName('apps', 'Deployment'),
    ];
    assert.deepEqual(names, ['core.Event', 'events.EventList', 'Pod', 'Deployment']);
  });
});
