import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Container, Pod, ResourceFieldSelector } from '../../model/pod.ts';
import { metadataField, resourceField, surroundingsField } from './field-reference.ts';

const container = (name: string, resources: Container['resources'] = {}): Container => ({
  name,
  image: 'i',
  imagePullPolicy: 'Never',
  resources,
});

/** `docs/tasks/inject-data-application/environment-variable-expose-pod-information`: `dapi-envars-resourcefieldref.yaml`. */
const documented = container('test-container', { requests: { memory: '32Mi', cpu: '125m' }, limits: { memory: '64Mi', cpu: '250m' } });

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'dapi',
    namespace: 'shop',
    uid: 'u-1',
    labels: { zone: 'us-est-coast', cluster: 'test "1"', 'example.com/x': '' },
    annotations: { build: 'two', builder: 'john\ndoe' },
  },
  spec: {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 30,
    containers: [documented, container('unlimited'), container('zero', { limits: { cpu: '0' } })],
    initContainers: [container('init', { limits: { cpu: '2' } })],
  },
};

describe('metadataField()', () => {
  const FIELDS: readonly (readonly [path: string, value: string])[] = [
    ['metadata.name', 'dapi'],
    ['metadata.namespace', 'shop'],
    ['metadata.uid', 'u-1'],
    ["metadata.labels['zone']", 'us-est-coast'],
    ["metadata.labels['example.com/x']", ''],
    ["metadata.labels['missing']", ''],
    ["metadata.labels['__proto__']", ''],
    ["metadata.annotations['build']", 'two'],
    ['metadata.labels', 'cluster="test \\"1\\""\nexample.com/x=""\nzone="us-est-coast"'],
    ['metadata.annotations', 'build="two"\nbuilder="john\\ndoe"'],
  ];
  for (const [path, value] of FIELDS) it(`gives ${path}`, () => assert.deepEqual(metadataField(pod, path), { value }));

  it('of a Pod without labels gives nothing', () => {
    const bare = { ...pod, metadata: { name: 'a', namespace: 'b', uid: 'c' } };
    assert.deepEqual([metadataField(bare, 'metadata.labels'), metadataField(bare, "metadata.labels['x']")], [{ value: '' }, { value: '' }]);
  });

  it('refuses any other field by name', () => {
    for (const path of ['spec.nodeName', 'metadata.labels.x', 'constructor'])
      assert.deepEqual(metadataField(pod, path), { error: `unsupported fieldPath: ${path}` });
  });
});

describe('surroundingsField()', () => {
  const around = { nodeName: 'node-1', hostIPs: ['192.0.2.1', '2001:db8::1'], podIPs: ['10.0.0.7', 'fd00::7'] };
  const FIELDS: readonly (readonly [path: string, value: string])[] = [
    ['spec.nodeName', 'node-1'],
    ['spec.serviceAccountName', 'default'],
    ['status.hostIP', '192.0.2.1'],
    ['status.hostIPs', '192.0.2.1,2001:db8::1'],
    ['status.podIP', '10.0.0.7'],
    ['status.podIPs', '10.0.0.7,fd00::7'],
  ];
  for (const [path, value] of FIELDS) it(`gives ${path}`, () => assert.deepEqual(surroundingsField(pod, path, around), { value }));

  it('prefers what the Pod says', () => {
    const said = { ...pod, spec: { ...pod.spec, nodeName: 'other', serviceAccountName: 'robot' } };
    assert.deepEqual(surroundingsField(said, 'spec.nodeName', around), { value: 'other' });
    assert.deepEqual(surroundingsField(said, 'spec.serviceAccountName', around), { value: 'robot' });
  });

  it('gives empty addresses while there are none, and nothing for a field of another kind', () => {
    assert.deepEqual(surroundingsField(pod, 'status.podIP', { ...around, podIPs: [] }), { value: '' });
    assert.equal(surroundingsField(pod, 'metadata.name', around), undefined);
    assert.equal(surroundingsField(pod, 'toString', around), undefined);
  });
});

describe('resourceField()', () => {
  const node = { cpuMillis: 2000, memoryBytes: 4 * 2 ** 30, ephemeralStorageBytes: 10 * 2 ** 30 };
  const VALUES: readonly (readonly [what: string, selector: ResourceFieldSelector, value: string])[] = [
    // As the documentation shows them: 1 1 33554432 67108864.
    ['the documented example', { resource: 'requests.cpu' }, '1'],
    ['the documented example', { resource: 'limits.cpu' }, '1'],
    ['the documented example', { resource: 'requests.memory' }, '33554432'],
    ['the documented example', { resource: 'limits.memory' }, '67108864'],
    ['a divisor of thousandths', { resource: 'limits.cpu', divisor: '1m' }, '250'],
    ['a binary divisor', { resource: 'limits.memory', divisor: '1Mi' }, '64'],
    ['a decimal divisor, rounded up', { resource: 'limits.memory', divisor: '1M' }, '68'],
    ['a divisor of 0 as 1', { resource: 'limits.memory', divisor: '0' }, '67108864'],
    ['another container', { containerName: 'init', resource: 'limits.cpu' }, '2'],
    ['the node’s CPUs without a limit', { containerName: 'unlimited', resource: 'limits.cpu' }, '2'],
    ['the node’s CPUs with a limit of 0', { containerName: 'zero', resource: 'limits.cpu', divisor: '1m' }, '2000'],
    ['the node’s memory without a limit', { containerName: 'unlimited', resource: 'limits.memory', divisor: '1Gi' }, '4'],
    ['the node’s disk without a limit', { containerName: 'unlimited', resource: 'limits.ephemeral-storage', divisor: '1Gi' }, '10'],
    ['0 without a request', { containerName: 'unlimited', resource: 'requests.memory' }, '0'],
    ['0 for huge pages that nobody asked for', { resource: 'limits.hugepages-2Mi' }, '0'],
  ];
  for (const [what, selector, value] of VALUES)
    it(`gives ${what}: ${JSON.stringify(selector)}`, () => assert.deepEqual(resourceField(pod, documented, selector, node), { value }));

  it('refuses a container that is not there, and a resource that is none', () => {
    assert.deepEqual(resourceField(pod, documented, { containerName: 'x', resource: 'limits.cpu' }, node), {
      error: 'container x not found',
    });
    for (const resource of ['limits.gpu', 'cpu', ''])
      assert.deepEqual(resourceField(pod, documented, { resource }, node), { error: `unsupported container resource : ${resource}` });
  });

  it('never loses anything: the value times its divisor covers the amount, and one less does not', () => {
    const divisors = ['1', '1k', '1M', '1Ki', '1Mi'] as const;
    const size: Record<(typeof divisors)[number], number> = { 1: 1, '1k': 1e3, '1M': 1e6, '1Ki': 2 ** 10, '1Mi': 2 ** 20 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 45 }), fc.constantFrom(...divisors), (amount, divisor) => {
        const of = { resources: { limits: { memory: String(amount) } } };
        const found = resourceField(pod, of, { resource: 'limits.memory', divisor }, node);
        const count = Number('value' in found ? found.value : Number.NaN);
        assert.ok(count * size[divisor] >= amount && (count - 1) * size[divisor] < amount);
      }),
    );
  });
});
