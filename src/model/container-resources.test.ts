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

describe('containerResources()', () => {
  test('sets no limits where none are given', () => {
    assert.deepEqual(containerResources(container(), 'BestEffort', 4 * GIB), {
      cpuPeriod: 100_000,
      cpuQuota: 0,
      cpuShares: 2,
      memoryLimitBytes: 0,
      oomScoreAdj: 1000,
    });
  });

  test('turns limits into a quota and bytes, requests into shares', () => {
    const resources = { limits: { cpu: '500m', memory: '64Mi' }, requests: { cpu: '250m', memory: '64Mi' } };
    assert.deepEqual(containerResources(container(resources), 'Burstable', 4 * GIB), {
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
      const resources = containerResources(container({ limits: { cpu }, requests: { cpu } }), 'Burstable', GIB);
      assert.deepEqual([resources.cpuQuota, resources.cpuShares], [cpuQuota, cpuShares]);
    });
  }

  const SCORES: readonly (readonly [qos: QosClass, request: string, score: number])[] = [
    ['Guaranteed', '1Gi', -997],
    ['BestEffort', '0', 1000],
    ['Burstable', '0', 999],
    ['Burstable', '1', 999],
    ['Burstable', '100Mi', 976],
    ['Burstable', '1Gi', 750],
    ['Burstable', '4Gi', 3],
    ['Burstable', '8Gi', 3],
  ];
  for (const [qos, memory, score] of SCORES) {
    test(`gives a ${qos} container with ${memory} of 4Gi the OOM score ${score}`, () => {
      assert.equal(containerResources(container({ requests: { memory } }), qos, 4 * GIB).oomScoreAdj, score);
    });
  }
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
