import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { containerResources } from './container-resources.ts';
import type { Container, ResourceRequirements } from './pod.ts';
import { type QosClass, qosClass } from './qos-class.ts';

const GIB = 1024 ** 3;
const container = (resources?: ResourceRequirements): Container => ({
  name: 'a',
  image: 'b',
  imagePullPolicy: 'Never',
  ...(resources && { resources }),
});

/** Alone in its Pod; `Guaranteed` and `BestEffort` follow from what it asks for. */
const alone = (resources?: ResourceRequirements) => {
  const one = container(resources);
  return containerResources({ containers: [one] }, one, 4 * GIB);
};

describe('containerResources()', () => {
  test('sets no limits where none are given', () => {
    assert.deepEqual(alone(), {
      cpuPeriod: 100_000,
      cpuQuota: 0,
      cpuShares: 2,
      memoryLimitBytes: 0,
      oomScoreAdj: 1000,
    });
  });

  test('turns limits into a quota and bytes, requests into shares', () => {
    const resources = { limits: { cpu: '500m', memory: '64Mi' }, requests: { cpu: '250m', memory: '64Mi' } };
    assert.deepEqual(alone(resources), {
      cpuPeriod: 100_000,
      cpuQuota: 50_000,
      cpuShares: 256,
      memoryLimitBytes: 64 * 1024 * 1024,
      oomScoreAdj: 985,
    });
  });

  const CPU: readonly (readonly [cpu: string, quota: number, shares: number])[] = [
    ['1m', 1000, 2],
    ['9m', 1000, 9],
    ['10m', 1000, 10],
    ['11m', 1100, 11],
    ['1', 100_000, 1024],
    ['2.5', 250_000, 2560],
    ['1000', 100_000_000, 262_144],
  ];
  for (const [cpu, cpuQuota, cpuShares] of CPU) {
    test(`gives ${cpu} CPU a quota of ${cpuQuota} and ${cpuShares} shares`, () => {
      const resources = alone({ limits: { cpu }, requests: { cpu } });
      assert.deepEqual([resources.cpuQuota, resources.cpuShares], [cpuQuota, cpuShares]);
    });
  }

  const SCORES: readonly (readonly [request: string, score: number])[] = [
    ['1', 999],
    ['100Mi', 976],
    ['1Gi', 750],
    ['4Gi', 3],
    ['8Gi', 3],
  ];
  for (const [memory, score] of SCORES) {
    test(`gives a Burstable container that asks for ${memory} of 4Gi the OOM score ${score}`, () =>
      assert.equal(alone({ requests: { memory } }).oomScoreAdj, score));
  }

  test('gives a Burstable container that asks for CPU only the OOM score 999', () =>
    assert.equal(alone({ requests: { cpu: '1' } }).oomScoreAdj, 999));

  test('gives a Guaranteed container, and one of a node-critical Pod, the OOM score -997', () => {
    const full = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } };
    assert.equal(alone(full).oomScoreAdj, -997);
    const one = container();
    assert.equal(containerResources({ containers: [one], priorityClassName: 'system-node-critical' }, one, GIB).oomScoreAdj, -997);
    assert.equal(containerResources({ containers: [one], priorityClassName: 'system-cluster-critical' }, one, GIB).oomScoreAdj, 1000);
  });

  const SIDECARS: readonly (readonly [what: string, sidecar: string, regular: readonly string[], score: number])[] = [
    ['that asks for less than every regular container counts as the least of these', '64Mi', ['1Gi', '2Gi'], 750],
    ['that asks for more than the least of them keeps its own', '2Gi', ['1Gi', '3Gi'], 500],
    ['beside a container that asks for nothing keeps its own', '1Gi', ['0', '2Gi'], 750],
  ];
  for (const [what, own, regular, score] of SIDECARS) {
    test(`a sidecar ${what}`, () => {
      const sidecar: Container = { ...container({ requests: { memory: own } }), name: 'sidecar', restartPolicy: 'Always' };
      const containers = regular.map((memory, index) => ({ ...container({ requests: { memory } }), name: `c${index}` }));
      assert.equal(containerResources({ containers, initContainers: [sidecar] }, sidecar, 4 * GIB).oomScoreAdj, score);
    });
  }

  test('a regular init container is no sidecar: its own request counts', () => {
    const init: Container = { ...container({ requests: { memory: '64Mi' } }), name: 'init' };
    const containers = [{ ...container({ requests: { memory: '1Gi' } }), name: 'c' }];
    assert.equal(containerResources({ containers, initContainers: [init] }, init, 4 * GIB).oomScoreAdj, 985);
  });
});

describe('qosClass()', () => {
  const full = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } };
  const CASES: readonly (readonly [what: string, containers: readonly Container[], qos: QosClass])[] = [
    ['nothing asked for', [container(), container({ limits: { 'example.com/gpu': '1' } })], 'BestEffort'],
    ['zeros, which count as nothing', [container({ requests: { cpu: '0', memory: '0' } })], 'BestEffort'],
    ['limits and equal requests everywhere', [container(full), container(full)], 'Guaranteed'],
    ['one container that asks for nothing', [container(full), container()], 'Burstable'],
    ['requests below limits', [container({ ...full, requests: { cpu: '500m', memory: '1Gi' } })], 'Burstable'],
    ['a CPU limit only', [container({ limits: { cpu: '1' }, requests: { cpu: '1' } })], 'Burstable'],
    ['a request only', [container({ requests: { memory: '1Mi' } })], 'Burstable'],
    [
      'equal values spelled differently',
      [container({ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } })],
      'Guaranteed',
    ],
  ];
  for (const [what, containers, qos] of CASES) test(`is ${qos} with ${what}`, () => assert.equal(qosClass({ containers }), qos));

  test('counts init containers', () =>
    assert.equal(qosClass({ containers: [container(full)], initContainers: [container()] }), 'Burstable'));
});
