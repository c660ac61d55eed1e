import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import type { Fields } from '../../model/json-fields.ts';
import { applyConflictError } from './apply-conflict.ts';
import { configMap, pod, Stored, withValues } from './apply-fixtures.contract.ts';

describe('conflicts of applyServerSide()', () => {
  it('with one manager about one field', () => {
    const stored = configMap().apply('a', '{data: {key: value}}');
    const before = structuredClone(stored.object);
    const error = applyConflictError(stored.conflicts('b', '{data: {key: other}}'));
    assert.equal(error.message, 'Apply failed with 1 conflict: conflict with "a": .data.key');
    assert.deepEqual(error.status, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: error.message,
      reason: 'Conflict',
      details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "a"', field: '.data.key' }] },
      code: 409,
    });
    assert.deepEqual(stored.object, before);
  });

  it('with several managers about several fields, those who updated with their version', () => {
    const stored = pod()
      .apply('gitops', '{metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: i}]}}')
      .update('kubectl-edit', withValues({ '/spec/hostname': 'h' }))
      .update('kubelet', withValues({ '/status': { phase: 'Running' } }), 'status');
    const conflicts = stored.conflicts('me', '{metadata: {labels: {app: x}}, spec: {hostname: i, containers: [{name: web, image: j}]}}');
    const error = applyConflictError(conflicts);
    assert.equal(
      error.message,
      [
        'Apply failed with 3 conflicts: conflicts with "gitops":',
        '- .metadata.labels.app',
        '- .spec.containers[name="web"].image',
        'conflicts with "kubectl-edit" using v1:',
        '- .spec.hostname',
      ].join('\n'),
    );
    assert.deepEqual(error.status.details?.causes?.at(-1), {
      reason: 'FieldManagerConflict',
      message: 'conflict with "kubectl-edit" using v1',
      field: '.spec.hostname',
    });
  });

  it('names the subresource through which a manager wrote', () => {
    const stored = pod()
      .update('kubelet', withValues({ '/metadata': {}, '/status': { phase: 'Running' } }))
      .apply('a', '{metadata: {labels: {a: b}}}');
    stored.update('kubelet', withValues({ '/status/phase': 'Failed' }), 'status');
    const outcome = stored.try('me', '{status: {phase: Pending}}', { subresource: 'status' });
    assert.ok('conflicts' in outcome);
    assert.deepEqual(outcome.conflicts, [{ owner: '"kubelet" with subresource "status" using v1', field: '.status.phase' }]);
  });

  it('are none where the value stays the same: the field is then shared', () => {
    const stored = configMap().apply('a', '{data: {x: "1"}}').apply('b', '{data: {x: "1"}}');
    assert.deepEqual(stored.owned('a'), stored.owned('b'));
    assert.equal(
      applyConflictError(stored.conflicts('a', '{data: {x: "2"}}')).message,
      'Apply failed with 1 conflict: conflict with "b": .data.x',
    );
  });

  it('come with a null in the place of a value', () => {
    const stored = pod().apply('a', '{spec: {hostname: h, securityContext: {runAsUser: 1}}}');
    assert.deepEqual(stored.conflicts('b', '{spec: {hostname: null}}'), [{ owner: '"a"', field: '.spec.hostname' }]);
    stored.apply('b', '{spec: {hostname: null, securityContext: null}}', { force: true });
    assert.deepEqual(stored.spec, { securityContext: { runAsUser: 1 } });
  });

  it('come with an element that is there twice', () => {
    const stored = pod().update('edit', withValues({ '/metadata': { finalizers: ['a', 'a', 'b'] } }));
    assert.deepEqual(stored.owned('edit'), { 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"a"': {}, 'v:"b"': {} } } });
    stored.apply('x', '{metadata: {finalizers: [c]}}');
    assert.deepEqual(stored.metadata['finalizers'], ['a', 'a', 'b', 'c']);
    assert.deepEqual(stored.conflicts('y', '{metadata: {finalizers: [a]}}'), [
      { owner: '"edit" using v1', field: '.metadata.finalizers[="a"]' },
    ]);
    stored.apply('y', '{metadata: {finalizers: [a]}}', { force: true });
    assert.deepEqual(stored.metadata['finalizers'], ['a', 'b', 'c']);
    assert.deepEqual(stored.owned('edit'), { 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"b"': {} } } });
  });

  it('are none about an element that was there twice and is gone', () => {
    const stored = pod().update('edit', withValues({ '/metadata': { finalizers: ['a', 'a', 'b'] } }));
    stored.update('other', withValues({ '/metadata/finalizers': ['b'] }));
    assert.deepEqual(stored.owned('edit'), { 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"b"': {} } } });
    assert.ok('object' in stored.try('x', '{metadata: {finalizers: [a]}}'));
  });

  it('are taken over by force', () => {
    const stored = configMap().apply('a', '{data: {x: "1", y: "1"}}').apply('b', '{data: {x: "2"}}', { force: true });
    assert.deepEqual(stored.object?.['data'], { x: '2', y: '1' });
    assert.deepEqual(stored.owned('a'), { 'f:data': { 'f:y': {} } });
    assert.deepEqual(stored.owned('b'), { 'f:data': { 'f:x': {} } });
    // The loser's next apply is a conflict in turn.
    assert.deepEqual(stored.conflicts('a', '{data: {x: "1", y: "1"}}'), [{ owner: '"b"', field: '.data.x' }]);
  });

  it('come with an atomic value as a whole, and with an element that somebody removed not at all', () => {
    const stored = pod().apply('a', '{spec: {nodeSelector: {a: b}, containers: [{name: web, image: i}]}}');
    assert.deepEqual(stored.conflicts('b', '{spec: {nodeSelector: {c: d}}}'), [{ owner: '"a"', field: '.spec.nodeSelector' }]);
    stored.update('edit', withValues({ '/spec/containers': [] }));
    assert.deepEqual(stored.owned('a'), { 'f:spec': { 'f:nodeSelector': {} } });
    assert.ok('object' in stored.try('b', '{spec: {containers: [{name: web, image: j}]}}'));
  });
});

describe('applyServerSide() of an object that was not tracked', () => {
  const live = parse('{apiVersion: v1, kind: ConfigMap, metadata: {name: m, uid: u}, data: {x: "1", y: "1"}}') as Fields;

  it('gives what is there to before-first-apply', () => {
    const stored = new Stored('ConfigMap', live).apply('a', '{data: {x: "1"}}');
    assert.deepEqual(stored.owned('before-first-apply'), { 'f:data': { '.': {}, 'f:x': {}, 'f:y': {} } });
    assert.equal(stored.entries.find(({ manager }) => manager === 'before-first-apply')?.operation, 'Update');
    assert.deepEqual(stored.owned('a'), { 'f:data': { 'f:x': {} } });
    assert.deepEqual(stored.object?.['data'], live['data']);
  });

  it('conflicts with it', () => {
    const conflicts = new Stored('ConfigMap', live).conflicts('a', '{data: {x: "2"}}');
    assert.deepEqual(conflicts, [{ owner: '"before-first-apply" using v1', field: '.data.x' }]);
  });

  it('counts managed fields that cannot be read as none', () => {
    const broken = { ...live, metadata: { name: 'm', uid: 'u', managedFields: [{ operation: 'Nothing' }] } };
    assert.ok(new Stored('ConfigMap', broken).apply('a', '{data: {x: "1"}}').owned('before-first-apply') !== undefined);
  });
});
