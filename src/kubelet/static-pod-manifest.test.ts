import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod } from '../model/pod.ts';
import { readStaticPod } from './static-pod-manifest.ts';

const NODE = 'Node-1';

const read = (text: string, name = 'web.yaml', node = NODE) =>
  readStaticPod({ path: `/manifests/${name}`, name, content: Buffer.from(text) }, node);

const manifest = (spec = '', metadata = '') => `apiVersion: v1
kind: Pod
metadata:
  name: web
${metadata}spec:
${spec}  containers:
  - name: main
    image: registry.local/web:1
`;

const uidOf = (text: string, name?: string, node?: string): string => read(text, name, node).pod?.metadata.uid ?? assert.fail('no Pod');

describe('readStaticPod()', () => {
  it('makes the Pod that the kubelet makes of a file', () => {
    const { pod, problems } = read(manifest());
    assert.deepEqual(problems, []);
    const { metadata, spec } = pod ?? assert.fail('no Pod');
    assert.equal(metadata.name, 'web-node-1');
    assert.equal(metadata.namespace, 'default');
    assert.match(metadata.uid, /^[0-9a-f]{32}$/);
    assert.deepEqual(metadata.annotations, {
      'kubernetes.io/config.source': 'file',
      'kubernetes.io/config.hash': metadata.uid,
      'hooklet.dev/manifest': 'web.yaml',
    });
    const { nodeName, automountServiceAccountToken, tolerations } = spec as typeof spec & { readonly tolerations: unknown };
    assert.deepEqual([nodeName, automountServiceAccountToken], [NODE, false]);
    assert.deepEqual(tolerations, [{ operator: 'Exists', effect: 'NoExecute' }]);
  });

  it('keeps the annotations and tolerations of the file', () => {
    const { pod } = read(manifest('  tolerations:\n  - key: a\n    operator: Exists\n', '  annotations:\n    example.org/a: b\n'));
    assert.equal(pod?.metadata.annotations?.['example.org/a'], 'b');
    const { tolerations } = (pod ?? assert.fail('no Pod')).spec as Pod['spec'] & { readonly tolerations: readonly unknown[] };
    assert.equal(tolerations.length, 2);
  });

  it('gives the uid by content and node: neither comments nor the order of fields nor the file count', () => {
    const uid = uidOf(manifest());
    assert.equal(uidOf(`# a comment\n${manifest()}`), uid);
    assert.equal(
      uidOf(
        '{"kind":"Pod","apiVersion":"v1","spec":{"containers":[{"image":"registry.local/web:1","name":"main"}]},"metadata":{"name":"web"}}',
      ),
      uid,
    );
    assert.equal(uidOf(manifest(), 'other.yaml'), uid);
    assert.notEqual(uidOf(manifest('  terminationGracePeriodSeconds: 5\n')), uid);
    assert.notEqual(uidOf(manifest(), 'web.yaml', 'node-2'), uid);
  });

  it('takes no uid from the file', () => {
    assert.match(uidOf(manifest('', '  uid: fixed\n')), /^[0-9a-f]{32}$/);
  });

  const references: readonly (readonly [string, string, string])[] = [
    ['a service account', manifest('  serviceAccountName: builder\n'), '/manifests/web.yaml:6: spec.serviceAccountName'],
    ['pull secrets', manifest('  imagePullSecrets:\n  - name: a\n'), '/manifests/web.yaml:6: spec.imagePullSecrets'],
    [
      'a ConfigMap volume',
      manifest('  volumes:\n  - name: v\n    configMap:\n      name: a\n'),
      '/manifests/web.yaml:8: spec.volumes[0].configMap',
    ],
    [
      'a Secret volume',
      manifest('  volumes:\n  - name: v\n    secret:\n      secretName: a\n'),
      '/manifests/web.yaml:8: spec.volumes[0].secret',
    ],
    [
      'a projected ConfigMap',
      manifest('  volumes:\n  - name: v\n    projected:\n      sources:\n      - configMap:\n          name: t\n'),
      '/manifests/web.yaml:10: spec.volumes[0].projected.sources[0].configMap',
    ],
    [
      'a variable of a ConfigMap',
      `${manifest()}    env:\n    - name: A\n      valueFrom:\n        configMapKeyRef:\n          name: a\n          key: b\n`,
      '/manifests/web.yaml:12: spec.containers[0].env[0].valueFrom.configMapKeyRef',
    ],
    [
      'the variables of a Secret',
      `${manifest()}    envFrom:\n    - secretRef:\n        name: a\n`,
      '/manifests/web.yaml:10: spec.containers[0].envFrom[0].secretRef',
    ],
  ];
  for (const [what, text, place] of references)
    it(`refuses a reference to ${what}`, () => {
      const { pod, problems } = read(text);
      assert.equal(pod, undefined);
      assert.deepEqual(problems, [`${place}: a static Pod may not refer to objects of the API`]);
    });

  it('takes labels that are called like references', () => {
    assert.deepEqual(read(manifest('', '  labels:\n    configMap: a\n')).problems, []);
  });

  it('refuses what is no Pod, and a second object', () => {
    const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: main, image: "a:1"}]}
`;
    assert.deepEqual(read(deployment).problems, ['/manifests/web.yaml:2: kind: a static Pod must be of kind "Pod"']);
    const [problem] = read(`${manifest()}---\n${manifest().replace('name: web', 'name: other')}`).problems;
    assert.match(problem ?? '', /^\/manifests\/web\.yaml:\d+: a second object: .* one Pod/);
    const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';
    assert.match(read(`${manifest()}---\n${config}`).problems[0] ?? '', /a second object/);
    assert.match(read(config).problems[0] ?? '', /no Pod found$/);
  });

  it('says file, line and field of what is wrong; nothing, half a file and no text are wrong too', () => {
    assert.deepEqual(read(manifest('  restartPolicy: Sometimes\n')).problems.length, 1);
    assert.match(read(manifest('  restartPolicy: Sometimes\n')).problems[0] ?? '', /^\/manifests\/web\.yaml:6: spec\.restartPolicy: /);
    assert.deepEqual(read('').problems, ['/manifests/web.yaml: no Pod found']);
    assert.notDeepEqual(read(manifest().slice(0, 60)).problems, []);
    const { problems } = readStaticPod({ path: '/m/a', name: 'a', content: Uint8Array.of(0xff, 0xfe) }, NODE);
    assert.deepEqual(problems, ['/m/a: is not UTF-8 text']);
  });
});
