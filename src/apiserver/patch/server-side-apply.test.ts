import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fields } from '../../model/json-fields.ts';
import { StatusError } from '../status-error.ts';
import { configMap, pod, Stored, withValues } from './apply-fixtures.contract.ts';
import { withoutManagedFields } from './managers.ts';

describe('applyServerSide()', () => {
  it('creates what is applied, owned field by field', () => {
    const map = configMap().apply(
      'kubectl',
      '{metadata: {name: test-cm, namespace: default, labels: {test-label: test}}, data: {key: some value}}',
    );
    assert.deepEqual(map.object, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'test-cm',
        namespace: 'default',
        labels: { 'test-label': 'test' },
        managedFields: [
          {
            manager: 'kubectl',
            operation: 'Apply',
            apiVersion: 'v1',
            time: '2026-01-01T00:00:01Z',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': { 'f:key': {} }, 'f:metadata': { 'f:labels': { 'f:test-label': {} } } },
          },
        ],
      },
      data: { key: 'some value' },
    });
  });

  it('owns lists by their keys, atomic values as one, and structs by what is in them', () => {
    const yaml = `
      spec:
        containers:
          - {name: web, image: nginx, args: [a], ports: [{containerPort: 80}], env: [{name: A, valueFrom: {fieldRef: {fieldPath: x}}}], resources: {}}
        securityContext: {runAsUser: 1, supplementalGroups: [1, 2]}
        nodeSelector: {disk: ssd}
      metadata: {finalizers: [example.com/a]}
    `;
    assert.deepEqual(pod().apply('a', yaml).owned('a'), {
      'f:metadata': { 'f:finalizers': { 'v:"example.com/a"': {} } },
      'f:spec': {
        'f:containers': {
          'k:{"name":"web"}': {
            '.': {},
            'f:args': {},
            'f:env': { 'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:valueFrom': { 'f:fieldRef': {} } } },
            'f:image': {},
            'f:name': {},
            'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
            'f:resources': {},
          },
        },
        'f:nodeSelector': {},
        'f:securityContext': { 'f:runAsUser': {}, 'f:supplementalGroups': {} },
      },
    });
  });

  it('applied again changes nothing: the very same object comes back', () => {
    const yaml = '{metadata: {name: web}, spec: {containers: [{name: web, image: nginx, ports: [{containerPort: 80}]}]}}';
    const stored = pod().apply('a', yaml);
    const outcome = stored.try('a', yaml);
    assert.ok('object' in outcome);
    assert.equal(outcome.object, stored.object);
    assert.ok('object' in stored.try('b', yaml));
    stored.apply('b', yaml);
    assert.equal(stored.entries.length, 2);
  });

  it('removes what it applied before and does not apply now', () => {
    const stored = pod()
      .apply(
        'a',
        '{metadata: {labels: {x: y, z: w}}, spec: {hostname: h, containers: [{name: web, image: i, env: [{name: A}, {name: B}]}, {name: log, image: l}]}}',
      )
      .apply('a', '{metadata: {labels: {z: w}}, spec: {containers: [{name: web, image: i, env: [{name: B}]}]}}');
    assert.deepEqual(withoutManagedFields(stored.object as Fields), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { labels: { z: 'w' } },
      spec: { containers: [{ name: 'web', image: 'i', env: [{ name: 'B' }] }] },
    });
  });

  it('removes a struct with its last field', () => {
    const stored = pod()
      .apply('a', '{spec: {containers: [{name: web}], securityContext: {runAsUser: 1}}}')
      .apply('a', '{spec: {containers: [{name: web}]}}');
    assert.deepEqual(stored.spec, { containers: [{ name: 'web' }] });
  });

  it('removes what it applied although others wrote beside it, and leaves theirs as long as the element is there', () => {
    const stored = pod()
      .apply('a', '{spec: {containers: [{name: web, image: i, tty: true}]}}')
      .update('edit', withValues({ '/spec/containers/0/stdin': true, '/metadata': { labels: { x: 'y' } } }))
      .apply('a', '{spec: {containers: [{name: web, image: i}]}}');
    assert.deepEqual(stored.spec, { containers: [{ name: 'web', image: 'i', stdin: true }] });
    // But who changed a field of an element does not own the element.
    stored.apply('a', '{spec: {hostname: h}}');
    assert.deepEqual(stored.spec, { hostname: 'h' });
  });

  it('keeps what two apply until both let go', () => {
    const stored = pod()
      .apply('a', '{metadata: {labels: {x: y, a: a}}, spec: {containers: [{name: web, image: i}]}}')
      .apply('b', '{metadata: {labels: {x: y, b: b}}, spec: {containers: [{name: web, image: i}]}}');
    stored.apply('a', '{metadata: {labels: {a: a}}}');
    assert.deepEqual(stored.metadata['labels'], { x: 'y', a: 'a', b: 'b' });
    assert.deepEqual(stored.spec, { containers: [{ name: 'web', image: 'i' }] });
    stored.apply('b', '{metadata: {labels: {b: b}}}');
    assert.deepEqual(stored.metadata['labels'], { a: 'a', b: 'b' });
    assert.equal(stored.spec, undefined);
  });

  it('keeps the defaults and the status that nobody applied', () => {
    const yaml = '{spec: {containers: [{name: web, image: i}]}}';
    const stored = pod().apply('a', yaml);
    // As the server does before it stores.
    stored.object = withValues({
      '/spec/restartPolicy': 'Always',
      '/spec/containers/0/imagePullPolicy': 'Always',
      '/status': { phase: 'Pending' },
    })(stored.object as Fields);
    stored.update('kubelet', withValues({ '/status/phase': 'Running' }), 'status').apply('a', yaml.replace('image: i', 'image: i2'));
    assert.deepEqual(withoutManagedFields(stored.object as Fields), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {},
      spec: { containers: [{ name: 'web', image: 'i2', imagePullPolicy: 'Always' }], restartPolicy: 'Always' },
      status: { phase: 'Running' },
    });
  });

  it('removes an element with the defaults in it', () => {
    const stored = pod().apply('a', '{spec: {containers: [{name: web, image: i}, {name: log, image: l}]}}');
    stored.object = withValues({ '/spec/containers/1/imagePullPolicy': 'Always' })(stored.object as Fields);
    stored.apply('a', '{spec: {containers: [{name: web, image: i}]}}');
    assert.deepEqual(stored.spec, { containers: [{ name: 'web', image: 'i' }] });
  });

  it('knows a port by its number and protocol, TCP where none is said', () => {
    const stored = pod().apply('a', '{spec: {containers: [{name: web, ports: [{containerPort: 80}]}]}}');
    stored.object = withValues({ '/spec/containers/0/ports/0/protocol': 'TCP' })(stored.object as Fields);
    stored.apply('a', '{spec: {containers: [{name: web, ports: [{containerPort: 80, name: http}, {containerPort: 80, protocol: UDP}]}]}}');
    assert.deepEqual(stored.spec, {
      containers: [
        {
          name: 'web',
          ports: [
            { containerPort: 80, protocol: 'TCP', name: 'http' },
            { containerPort: 80, protocol: 'UDP' },
          ],
        },
      ],
    });
  });

  const ORDERS: readonly (readonly [live: string, applied: string, result: string])[] = [
    ['abc', 'cab', 'cab'],
    ['abc', 'd', 'abcd'],
    ['axc', 'ca', 'xca'],
    ['axbyc', 'abc', 'axbyc'],
    ['axb', 'ba', 'xba'],
    ['ab', 'xayb', 'xayb'],
    ['xaybz', 'ab', 'xaybz'],
    ['', 'ab', 'ab'],
    ['ab', '', 'ab'],
  ];
  for (const [live, applied, result] of ORDERS) {
    it(`orders containers ${applied} over ${live} as ${result}`, () => {
      const containers = (names: string) => [...names].map((name) => ({ name }));
      const stored = new Stored('Pod', { apiVersion: 'v1', kind: 'Pod', metadata: {}, spec: { containers: containers(live) } });
      stored.apply('a', JSON.stringify({ spec: { containers: containers(applied) } }));
      assert.deepEqual(stored.spec, { containers: containers(result) });
    });
  }

  it('replaces atomic lists and maps as a whole', () => {
    const stored = pod()
      .apply('a', '{spec: {nodeSelector: {a: b}, tolerations: [{key: x}], containers: [{name: web, args: [a, b]}]}}')
      .apply('a', '{spec: {nodeSelector: {c: d}, tolerations: [{key: y}], containers: [{name: web, args: [c]}]}}');
    assert.deepEqual(stored.spec, { nodeSelector: { c: 'd' }, tolerations: [{ key: 'y' }], containers: [{ name: 'web', args: ['c'] }] });
  });

  it('adds to a set what is applied, and takes only that away again', () => {
    const stored = pod().apply('a', '{metadata: {finalizers: [a, x]}}').apply('b', '{metadata: {finalizers: [b, x]}}');
    assert.deepEqual(stored.metadata['finalizers'], ['a', 'b', 'x']);
    stored.apply('a', '{metadata: {name: web}}');
    assert.deepEqual(stored.metadata['finalizers'], ['b', 'x']);
  });

  it('gives up a field by not naming it, and an entry with its last field', () => {
    const stored = configMap().apply('a', '{data: {x: "1"}}').apply('b', '{data: {x: "1"}}').apply('a', '{metadata: {name: m}}');
    assert.deepEqual(
      stored.entries.map(({ manager }) => manager),
      ['b'],
    );
    assert.deepEqual(stored.object?.['data'], { x: '1' });
  });

  it('takes no status at the object, and no spec at the status', () => {
    const yaml = '{metadata: {name: web}, spec: {hostname: h}, status: {phase: Failed}}';
    const stored = pod().apply('a', yaml);
    assert.equal(stored.object?.['status'], undefined);
    assert.deepEqual(stored.owned('a'), { 'f:spec': { 'f:hostname': {} } });
    stored.apply('b', yaml.replace('hostname: h', 'hostname: other'), { subresource: 'status' });
    assert.deepEqual(stored.object?.['status'], { phase: 'Failed' });
    assert.deepEqual(stored.spec, { hostname: 'h' });
    assert.deepEqual(stored.owned('b'), { 'f:status': { 'f:phase': {} } });
  });

  it('empties what is applied as empty, and takes away what is applied as null', () => {
    const stored = pod().apply('a', '{spec: {hostname: h, securityContext: {runAsUser: 1}, dnsConfig: {nameservers: [x]}}}');
    stored.apply('a', '{spec: {hostname: null, securityContext: {}, dnsConfig: null}}');
    assert.deepEqual(stored.spec, { securityContext: {} });
    const again = stored.try('a', '{spec: {hostname: null, securityContext: {}, dnsConfig: null}}');
    assert.ok('object' in again && again.object === stored.object);
  });

  it('owns a null and makes none', () => {
    const stored = pod().apply('a', '{metadata: {labels: null}, spec: {hostname: null, containers: [{name: web, image: null}]}}');
    assert.deepEqual(stored.spec, { containers: [{ name: 'web' }] });
    assert.deepEqual(stored.metadata, { managedFields: stored.entries });
  });

  const REFUSED: readonly (readonly [applied: string, message: string])[] = [
    ['{apiVersion: v2}', 'invalid object type: /v2, Kind=Pod'],
    ['{kind: Node}', 'invalid object type: /v1, Kind=Node'],
    ['{metadata: {managedFields: []}}', 'metadata.managedFields must be nil'],
    [
      '{metadata: {name: web, namespace: ns}, spec: {imagee: x}}',
      'failed to create typed patch object (ns/web; /v1, Kind=Pod): .spec.imagee: field not declared in schema',
    ],
    [
      '{metadata: {name: web, namespace: ns}, spec: {containers: [{image: x}]}}',
      'failed to create typed patch object (ns/web; /v1, Kind=Pod): .spec.containers: element 0: associative list with keys has an element that omits key field "name" (and doesn\'t have default value)',
    ],
    [
      '{metadata: {name: web, namespace: ns}, spec: {containers: [{name: a}, {name: a}]}}',
      'failed to create typed patch object (ns/web; /v1, Kind=Pod): .spec.containers: duplicate entries for key [name="a"]',
    ],
    [
      '{metadata: {name: web, namespace: ns, labels: [a], finalizers: [a, a, {}]}, spec: {containers: {}, hostname: 7, terminationGracePeriodSeconds: x, hostNetwork: 1, nodeSelector: x, tolerations: [{key: 1}]}}',
      [
        'failed to create typed patch object (ns/web; /v1, Kind=Pod): errors:',
        '  .metadata.labels: expected map, got a list',
        '  .metadata.finalizers: duplicate entries for key [="a"]',
        "  .metadata.finalizers: element 2: associative list without keys has an element that's a map type",
        '  .spec.containers: expected list, got an object',
        '  .spec.hostname: expected string, got 7',
        '  .spec.terminationGracePeriodSeconds: expected numeric (int or float), got "x"',
        '  .spec.hostNetwork: expected boolean, got 1',
        '  .spec.nodeSelector: expected map, got "x"',
        '  .spec.tolerations[0].key: expected string, got 1',
      ].join('\n'),
    ],
  ];
  for (const [applied, message] of REFUSED) {
    it(`refuses ${applied}`, () =>
      assert.throws(
        () => pod().try('a', applied),
        (error) => error instanceof StatusError && error.code === 400 && error.message === message,
      ));
  }
});
