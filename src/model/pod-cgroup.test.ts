import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Container, ResourceRequirements } from './pod.ts';
import { podCgroupName, podCgroupResources, uidOfPodCgroup } from './pod-cgroup.ts';

const MIB = 1024 * 1024;

const container = (resources?: ResourceRequirements): Container => ({
  name: 'a',
  image: 'b',
  imagePullPolicy: 'Never',
  ...(resources && { resources }),
});
const sidecar = (resources?: ResourceRequirements): Container => ({ ...container(resources), restartPolicy: 'Always' });
const both = (cpu: string, memory: string): ResourceRequirements => ({ limits: { cpu, memory }, requests: { cpu, memory } });
const limits = (cpu: string, memory: string): ResourceRequirements => ({ limits: { cpu, memory }, requests: { cpu: '1m', memory: '1' } });

describe('podCgroupName()', () => {
  const full = container(both('1', '1Gi'));
  test('puts a Guaranteed Pod below the parent, the others below their class', () => {
    assert.equal(podCgroupName({ containers: [full] }, 'u-1'), 'podu-1');
    assert.equal(podCgroupName({ containers: [full], initContainers: [container()] }, 'u-1'), 'burstable/podu-1');
    assert.equal(podCgroupName({ containers: [container()] }, 'u-1'), 'besteffort/podu-1');
  });

  test('is read back by uidOfPodCgroup(), which knows no other directory', () => {
    assert.equal(uidOfPodCgroup('podu-1'), 'u-1');
    for (const other of ['pod', 'burstable', 'besteffort', '', 'a'.repeat(64)]) assert.equal(uidOfPodCgroup(other), undefined);
  });
});

describe('podCgroupResources()', () => {
  interface Expected {
    readonly shares: number;
    readonly quota: number;
    readonly memory: number;
  }
  const CASES: readonly (readonly [what: string, regular: readonly Container[], init: readonly Container[], expected: Expected])[] = [
    ['nothing asked for', [container()], [], { shares: 2, quota: 0, memory: 0 }],
    ['one Guaranteed container', [container(both('500m', '64Mi'))], [], { shares: 512, quota: 50_000, memory: 64 * MIB }],
    [
      'two containers, added up',
      [container(both('500m', '64Mi')), container(both('250m', '32Mi'))],
      [],
      { shares: 768, quota: 75_000, memory: 96 * MIB },
    ],
    [
      'a container without limits: then the Pod has none',
      [container(both('500m', '64Mi')), container({ requests: { cpu: '250m', memory: '32Mi' } })],
      [],
      { shares: 768, quota: 0, memory: 0 },
    ],
    [
      'a limit of one resource only',
      [container({ limits: { memory: '64Mi' }, requests: { memory: '64Mi' } })],
      [],
      { shares: 2, quota: 0, memory: 64 * MIB },
    ],
    [
      'a limit of zero, which is none',
      [container({ limits: { cpu: '0', memory: '0' }, requests: { cpu: '1' } })],
      [],
      { shares: 1024, quota: 0, memory: 0 },
    ],
    [
      'init containers, of which the greatest counts and not the sum',
      [container(both('100m', '10Mi'))],
      [container(both('300m', '30Mi')), container(both('200m', '50Mi'))],
      { shares: 307, quota: 30_000, memory: 50 * MIB },
    ],
    [
      'an init container smaller than the rest',
      [container(both('400m', '40Mi'))],
      [container(both('100m', '10Mi'))],
      { shares: 409, quota: 40_000, memory: 40 * MIB },
    ],
    [
      'a sidecar, beside all regular containers',
      [container(both('100m', '10Mi'))],
      [sidecar(both('200m', '20Mi'))],
      { shares: 307, quota: 30_000, memory: 30 * MIB },
    ],
    [
      'an init container beside the sidecars before it, not those after it',
      [container(both('100m', '10Mi'))],
      [sidecar(both('100m', '10Mi')), container(both('500m', '50Mi')), sidecar(both('50m', '5Mi'))],
      { shares: 614, quota: 60_000, memory: 60 * MIB },
    ],
    [
      'an init container without limits: then the Pod has none',
      [container(limits('100m', '10Mi'))],
      [container()],
      { shares: 2, quota: 0, memory: 0 },
    ],
    [
      'an init container without limits beside a sidecar that has some, which upstream does not notice',
      [container(limits('100m', '10Mi'))],
      [sidecar(limits('100m', '10Mi')), container()],
      { shares: 2, quota: 20_000, memory: 20 * MIB },
    ],
    ['a tiny CPU limit', [container(limits('1m', '10Mi'))], [], { shares: 2, quota: 1000, memory: 10 * MIB }],
  ];
  for (const [what, containers, initContainers, { shares, quota, memory }] of CASES) {
    test(`counts ${what}`, () =>
      assert.deepEqual(podCgroupResources({ containers, initContainers }), {
        cpuShares: shares,
        cpuPeriod: 100_000,
        cpuQuota: quota,
        memoryLimitBytes: memory,
      }));
  }

  test('never limits the Pod to less than one of its containers may use, or than all that run side by side', () => {
    const amount = fc.integer({ min: 1, max: 64 }).map((mib) => limits(`${mib * 10}m`, `${mib}Mi`));
    fc.assert(
      fc.property(
        fc.array(amount, { minLength: 1, maxLength: 4 }),
        fc.array(fc.tuple(amount, fc.boolean()), { maxLength: 4 }),
        (regular, init) => {
          const containers = regular.map(container);
          const initContainers = init.map(([resources, isSidecar]) => (isSidecar ? sidecar(resources) : container(resources)));
          const { memoryLimitBytes } = podCgroupResources({ containers, initContainers });
          const memory = (one: Container): number => Number.parseInt(one.resources?.limits?.['memory'] ?? '', 10) * MIB;
          const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
          const atOnce = [...containers, ...sidecars].reduce((sum, one) => sum + memory(one), 0);
          return memoryLimitBytes >= atOnce && initContainers.every((one) => memoryLimitBytes >= memory(one));
        },
      ),
    );
  });
});
