import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Fields, fieldsOf, textOf } from '../../model/json-fields.ts';
import { Stored, withValues } from './apply-fixtures.contract.ts';

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

/** A ConfigMap that kubectl applied as a client: the annotation says what. */
function clientApplied(
  data: Fields,
  lastApplied: unknown = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' }, data },
): Stored {
  const text = typeof lastApplied === 'string' ? lastApplied : JSON.stringify(lastApplied);
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', annotations: { [ANNOTATION]: text } }, data };
  return new Stored('ConfigMap').update('kubectl-client-side-apply', () => object).update('uid', withValues({ '/metadata/uid': 'u' }));
}

const annotation = (stored: Stored): unknown => (stored.metadata['annotations'] as Fields | undefined)?.[ANNOTATION];

describe('applyServerSide(), of what kubectl applied before as a client', () => {
  it('is no conflict, takes the fields over and renews the annotation', () => {
    const stored = clientApplied({ x: '1', y: '1' }).apply('kubectl', '{metadata: {name: m}, data: {x: "2", y: "1"}}');
    assert.deepEqual(stored.object?.['data'], { x: '2', y: '1' });
    assert.deepEqual(stored.owned('kubectl'), { 'f:data': { 'f:x': {}, 'f:y': {} } });
    assert.deepEqual((stored.owned('kubectl-client-side-apply') as Fields)['f:data'], { '.': {}, 'f:y': {} });
    assert.equal(annotation(stored), '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},"data":{"x":"2","y":"1"}}\n');
  });

  it('does not write the annotation into itself', () => {
    const stored = clientApplied({ x: '1' }).apply('kubectl', `{metadata: {annotations: {${ANNOTATION}: old, a: b}}, data: {x: "1"}}`, {
      force: true,
    });
    assert.deepEqual(JSON.parse(String(annotation(stored))).metadata, { annotations: { a: 'b' } });
  });

  it('is a conflict where somebody changed the field since', () => {
    const stored = clientApplied({ x: '1', y: '1' }).update('kubectl-edit', withValues({ '/data/x': '3' }));
    assert.deepEqual(stored.conflicts('kubectl', '{data: {x: "2", y: "2"}}'), [{ owner: '"kubectl-edit" using v1', field: '.data.x' }]);
  });

  it('is a conflict for any other manager, and the annotation stays', () => {
    const stored = clientApplied({ x: '1' });
    assert.equal(stored.conflicts('flux', '{data: {x: "2"}}').length, 1);
    const before = annotation(stored);
    assert.equal(annotation(stored.apply('flux', '{data: {x: "2"}}', { force: true })), before);
  });

  it('makes no annotation where there is none', () => {
    const stored = new Stored('ConfigMap').apply('kubectl', '{data: {x: "1"}}');
    assert.equal(annotation(stored), undefined);
  });

  const USELESS: Readonly<Record<string, unknown>> = {
    'is no JSON': '{',
    'is no object': '[]',
    'is of another version': { apiVersion: 'v2', kind: 'ConfigMap', data: { x: '1' } },
    'has fields that there are not': { apiVersion: 'v1', kind: 'ConfigMap', data: { x: '1' }, odd: 1 },
    'is nested too deep': `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
    'says nothing of the field': { apiVersion: 'v1', kind: 'ConfigMap', data: {} },
  };
  for (const [how, lastApplied] of Object.entries(USELESS)) {
    it(`is a conflict where the annotation ${how}`, () => {
      const conflicts = clientApplied({ x: '1' }, lastApplied).conflicts('kubectl', '{data: {x: "2"}}');
      assert.deepEqual(conflicts, [{ owner: '"kubectl-client-side-apply" using v1', field: '.data.x' }]);
    });
  }

  it('drops an annotation that grew too large', () => {
    const stored = clientApplied({ x: '1' });
    stored.apply('kubectl', JSON.stringify({ data: { x: 'x'.repeat(300_000) } }));
    assert.equal(annotation(stored), undefined);
    assert.equal(textOf(fieldsOf(stored.object, 'data'), 'x').length, 300_000);
  });

  it('goes on as kubectl does it: managers rewritten by a patch, then applied', () => {
    const stored = clientApplied({ x: '1', y: '1' });
    // What csaupgrade makes of the entry of the client.
    stored.update('kubectl', (object) => {
      const rename = (entry: Fields): Fields => ({ ...entry, manager: 'kubectl', operation: 'Apply' });
      return {
        ...object,
        metadata: { ...stored.metadata, managedFields: stored.entries.map((entry) => rename(entry as unknown as Fields)) },
      };
    });
    stored.apply('kubectl', '{data: {x: "2"}}');
    assert.deepEqual(stored.object?.['data'], { x: '2' });
    assert.deepEqual(
      stored.entries.map(({ manager, operation }) => `${manager} ${operation}`),
      ['kubectl Apply'],
    );
  });
});
