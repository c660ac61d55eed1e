import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import type { Fields } from '../../model/json-fields.ts';
import { readApiSchema } from '../schema/read-api-schema.ts';
import { applyJsonPatch } from './json-patch.ts';
import { trackUpdate } from './managed-fields.ts';
import { type ManagedFieldsEntry, withManagedFields } from './managers.ts';

const schema = readApiSchema();
const CREATED = '2026-01-01T00:00:00Z';
const LATER = '2026-01-01T00:00:05Z';

type Update = Partial<Parameters<typeof trackUpdate>[0]>;

const track = (update: Update & { readonly after: unknown }): readonly ManagedFieldsEntry[] | undefined =>
  trackUpdate({
    schema,
    typeName: 'Pod',
    apiVersion: 'v1',
    manager: 'kubectl-edit',
    time: LATER,
    before: undefined,
    ...update,
    after: update.after as Fields,
  });

/** The entries with their field sets in short. */
const short = (entries: readonly ManagedFieldsEntry[] | undefined) =>
  (entries ?? []).map(({ manager, operation, subresource, time, fieldsV1 }) => [
    `${manager} ${operation}${subresource === undefined ? '' : ` ${subresource}`} ${time}`,
    fieldsV1,
  ]);

const POD = parse(`
  apiVersion: v1
  kind: Pod
  metadata: {name: web, namespace: default, uid: u1, creationTimestamp: '2026-01-01T00:00:00Z', labels: {app: web}}
  spec:
    containers:
      - name: web
        image: nginx
        env: [{name: A, value: '1'}]
        ports: [{containerPort: 80}]
        args: [a, b]
        resources: {}
    nodeSelector: {disk: ssd}
    securityContext: {runAsUser: 1}
`) as Fields;

const POD_FIELDS = {
  'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
  'f:spec': {
    'f:containers': {
      'k:{"name":"web"}': {
        '.': {},
        'f:args': {},
        'f:env': { '.': {}, 'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
        'f:image': {},
        'f:name': {},
        'f:ports': { '.': {}, 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
        'f:resources': {},
      },
    },
    'f:nodeSelector': {},
    'f:securityContext': { '.': {}, 'f:runAsUser': {} },
  },
};

const created = (): Fields => withManagedFields(POD, track({ after: POD, manager: 'kubectl-create', time: CREATED }));

/** With these values at these places; undefined removes. */
const changed = (object: Fields, values: Fields): Fields =>
  applyJsonPatch(
    object,
    Object.entries(values).map(([path, value]) => (value === undefined ? { op: 'remove', path } : { op: 'add', path, value })),
  );

const WEB = '/f:spec/f:containers/k:{"name":"web"}';

describe('trackUpdate()', () => {
  it('gives what is created to its creator, as kubectl shows it for a real Pod', () => {
    assert.deepEqual(track({ after: POD, manager: 'kubectl-create', time: CREATED }), [
      { manager: 'kubectl-create', operation: 'Update', apiVersion: 'v1', time: CREATED, fieldsType: 'FieldsV1', fieldsV1: POD_FIELDS },
    ]);
  });

  it('has structs that no client made belong to nobody, also those of an Event', () => {
    const event = parse(`
      apiVersion: v1
      kind: Event
      metadata: {name: e, namespace: default}
      involvedObject: {kind: Pod, name: web}
      source: {component: kubelet}
      reason: Started
      count: 1
    `) as Fields;
    assert.deepEqual(track({ after: event, typeName: 'core.Event', manager: 'kubelet' })?.[0]?.fieldsV1, {
      'f:count': {},
      'f:involvedObject': {},
      'f:reason': {},
      'f:source': { 'f:component': {} },
    });
  });

  it('takes a changed field from its owner, and gives it to who changed it', () => {
    const before = created();
    const after = changed(before, { '/spec/containers/0/image': 'nginx:2', '/metadata/labels/tier': 'front' });
    const entries = track({ before, after });
    assert.deepEqual(short(entries), [
      [`kubectl-create Update ${CREATED}`, changed(POD_FIELDS, { [`${WEB}/f:image`]: undefined })],
      [
        `kubectl-edit Update ${LATER}`,
        {
          'f:metadata': { 'f:labels': { 'f:tier': {} } },
          'f:spec': { 'f:containers': { 'k:{"name":"web"}': { 'f:image': {} } } },
        },
      ],
    ]);
  });

  it('takes a removed field from all, and gives it to nobody', () => {
    const before = created();
    const after = changed(before, { '/spec/containers/0/env': [], '/spec/securityContext': undefined });
    assert.deepEqual(short(track({ before, after })), [
      [`kubectl-create Update ${CREATED}`, changed(POD_FIELDS, { [`${WEB}/f:env`]: {}, '/f:spec/f:securityContext': undefined })],
    ]);
  });

  it('adds to the entry of the same manager, with the new time', () => {
    const before = created();
    const after = changed(before, { '/metadata/annotations': { note: 'x' } });
    const entries = track({ before, after, manager: 'kubectl-create' });
    assert.deepEqual(short(entries), [
      [
        `kubectl-create Update ${LATER}`,
        { ...POD_FIELDS, 'f:metadata': { 'f:annotations': { '.': {}, 'f:note': {} }, 'f:labels': { '.': {}, 'f:app': {} } } },
      ],
    ]);
  });

  it('changes nothing, not even a time, where nothing changed', () => {
    const before = created();
    const after = changed(before, {
      '/metadata/resourceVersion': '7',
      '/metadata/generation': 2,
      // In another order, and the same.
      '/spec': Object.fromEntries(Object.entries(before['spec'] as Fields).reverse()),
    });
    assert.deepEqual(track({ before, after }), (before['metadata'] as Fields)['managedFields']);
  });

  it('tracks a status by its subresource, and no spec through it', () => {
    const before = created();
    const after = changed(before, { '/status': { phase: 'Running', podIPs: [{ ip: '10.0.0.2' }] }, '/spec/hostname': 'smuggled' });
    assert.deepEqual(short(track({ before, after, manager: 'kubelet', subresource: 'status' })).at(-1), [
      `kubelet Update status ${LATER}`,
      { 'f:status': { '.': {}, 'f:phase': {}, 'f:podIPs': { '.': {}, 'k:{"ip":"10.0.0.2"}': { '.': {}, 'f:ip': {} } } } },
    ]);
    const atObject = track({ before, after, manager: 'kubelet' });
    assert.deepEqual(short(atObject).at(-1), [`kubelet Update ${LATER}`, { 'f:spec': { 'f:hostname': {} } }]);
  });

  it('calls a manager without a name unknown', () => assert.equal(track({ after: POD, manager: '' })?.[0]?.manager, 'unknown'));

  for (const reset of [[], [{}]]) {
    it(`forgets all managers when a client sends ${JSON.stringify(reset)}, and tracks nothing from then on`, () => {
      const before = created();
      const after = changed(before, { '/metadata/managedFields': reset, '/spec/hostname': 'a' });
      assert.equal(track({ before, after }), undefined);
      const untracked = withManagedFields(after, undefined);
      assert.equal(
        track({
          before: untracked,
          after: changed(untracked, { '/spec/hostname': 'b' }),
        }),
        undefined,
      );
    });
  }

  it('keeps the managers when a client leaves them out or sends what cannot be read', () => {
    const before = created();
    const kept = (before['metadata'] as Fields)['managedFields'] as readonly Fields[];
    const unreadable: readonly unknown[] = [
      undefined,
      null,
      'text',
      [{ manager: 'x' }],
      [{ ...kept[0], operation: 'Steal' }],
      [{ ...kept[0], fieldsType: 'FieldsV2' }],
      [{ ...kept[0], apiVersion: '' }],
      [{ ...kept[0], fieldsV1: { 'f:a': 'text' } }],
      [{ ...kept[0], fieldsV1: { fa: {} } }],
      [{ ...kept[0], fieldsV1: { 'k:{': {} } }],
    ];
    for (const managedFields of unreadable) {
      const after = changed(before, { '/metadata/managedFields': managedFields });
      assert.deepEqual(track({ before, after }), kept, JSON.stringify(managedFields));
    }
  });

  it('takes the managers that a client wrote, as kubectl does to move to server-side apply', () => {
    const before = created();
    const [entry] = (before['metadata'] as { managedFields: readonly Fields[] }).managedFields;
    const after = changed(before, { '/metadata/managedFields': [{ ...entry, manager: 'kubectl', operation: 'Apply' }] });
    assert.deepEqual(short(track({ before, after })), [[`kubectl Apply ${CREATED}`, POD_FIELDS]]);
    // But not through a subresource.
    assert.deepEqual(short(track({ before, after, subresource: 'status' })), [[`kubectl-create Update ${CREATED}`, POD_FIELDS]]);
  });

  it('leaves managers of another version alone', () => {
    const foreign = {
      manager: 'old',
      operation: 'Update',
      apiVersion: 'v0',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:hostname': {} } },
    };
    const before = changed(created(), { '/metadata/managedFields/-': foreign });
    const after = changed(before, { '/spec/hostname': 'a' });
    assert.deepEqual(
      track({ before, after })?.find(({ manager }) => manager === 'old'),
      foreign,
    );
  });

  it('keeps ten updaters: the oldest become ancient changes', () => {
    let pod = created();
    for (let index = 0; index < 12; index += 1) {
      const after = changed(pod, { [`/metadata/labels/l${index}`]: 'x' });
      pod = withManagedFields(after, track({ before: pod, after, manager: `m${index}`, time: `2026-01-01T00:01:${10 + index}Z` }));
    }
    const entries = (pod['metadata'] as { managedFields: readonly ManagedFieldsEntry[] }).managedFields;
    assert.equal(entries.length, 10);
    assert.deepEqual(
      entries.map(({ manager }) => manager),
      ['ancient-changes', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8', 'm9', 'm10', 'm11'],
    );
    assert.deepEqual(entries[0]?.fieldsV1, {
      ...POD_FIELDS,
      'f:metadata': { 'f:labels': { '.': {}, 'f:app': {}, 'f:l0': {}, 'f:l1': {}, 'f:l2': {} } },
    });
    assert.equal(entries[0]?.time, '2026-01-01T00:01:12Z');
  });
});
