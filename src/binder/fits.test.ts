import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ApiNode, ApiPod } from '../model/api-objects.ts';
import { misfit, type NodeView } from './fits.ts';
import { misfitMessage } from './misfit-message.ts';
import { podRequests } from './pod-requests.ts';

type Loose = Readonly<Record<string, unknown>>;

const pod = (spec: Loose = {}, metadata: Loose = {}): ApiPod =>
  ({ metadata: { name: 'p', namespace: 'default', ...metadata }, spec: { containers: [{ name: 'c' }], ...spec } }) as unknown as ApiPod;

const LABELS = { 'kubernetes.io/hostname': 'node', zone: 'a', cores: '8' };
const node = (spec: Loose = {}, allocatable: Loose = {}): ApiNode =>
  ({
    metadata: { name: 'node', labels: LABELS },
    spec,
    status: { allocatable: { cpu: '4', memory: '8Gi', 'ephemeral-storage': '10Gi', pods: '110', ...allocatable } },
  }) as unknown as ApiNode;

const view = (more: Partial<NodeView> = {}): NodeView => ({
  node: node(),
  bound: [],
  namespaceLabels: (namespace) => ({ 'kubernetes.io/metadata.name': namespace, team: namespace === 'blue' ? 'b' : 'x' }),
  ...more,
});

/** The reasons, or "fits". */
const judge = (one: ApiPod, more: Partial<NodeView> = {}): string => misfit(one, view(more))?.reasons.join(', ') ?? 'fits';

const required = (...nodeSelectorTerms: readonly Loose[]): Loose => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
});
const AFFINITY = "node(s) didn't match Pod's node affinity/selector";

describe('misfit(), node selector and affinity', () => {
  const expression = (key: string, operator: string, ...values: readonly string[]): Loose =>
    required({ matchExpressions: [{ key, operator, values }] });
  const field = (operator: string, ...values: readonly string[]): Loose =>
    required({ matchFields: [{ key: 'metadata.name', operator, values }] });
  const cases: readonly (readonly [string, Loose, boolean])[] = [
    ['no wish', {}, true],
    ['nodeSelector that holds', { nodeSelector: { zone: 'a' } }, true],
    ['nodeSelector with another value', { nodeSelector: { zone: 'b' } }, false],
    ['nodeSelector with a label that is missing', { nodeSelector: { zone: 'a', disk: 'ssd' } }, false],
    ['In, one of them', expression('zone', 'In', 'b', 'a'), true],
    ['In, none of them', expression('zone', 'In', 'b'), false],
    ['In, no label', expression('disk', 'In', 'a'), false],
    ['NotIn, one of them', expression('zone', 'NotIn', 'a'), false],
    ['NotIn, none of them', expression('zone', 'NotIn', 'b'), true],
    ['NotIn, no label', expression('disk', 'NotIn', 'a'), true],
    ['Exists', expression('zone', 'Exists'), true],
    ['Exists, no label', expression('disk', 'Exists'), false],
    ['DoesNotExist', expression('zone', 'DoesNotExist'), false],
    ['DoesNotExist, no label', expression('disk', 'DoesNotExist'), true],
    ['Gt, greater', expression('cores', 'Gt', '7'), true],
    ['Gt, equal', expression('cores', 'Gt', '8'), false],
    ['Lt, less', expression('cores', 'Lt', '9'), true],
    ['Lt, as a number and not as a text', expression('cores', 'Lt', '10'), true],
    ['Lt, equal', expression('cores', 'Lt', '8'), false],
    ['Gt, no number', expression('zone', 'Gt', '1'), false],
    ['Gt, no label', expression('disk', 'Gt', '1'), false],
    ['an operator of another time', expression('zone', 'Like', 'a'), false],
    ['a key that every object has', expression('constructor', 'Exists'), false],
    ['matchFields In', field('In', 'node'), true],
    ['matchFields In another', field('In', 'other'), false],
    ['matchFields NotIn', field('NotIn', 'node'), false],
    ['a field that is none', required({ matchFields: [{ key: 'metadata.uid', operator: 'In', values: ['node'] }] }), false],
    ['an empty term', required({}), false],
    ['no terms', required(), false],
    ['one of two terms', required({}, { matchExpressions: [{ key: 'zone', operator: 'Exists' }] }), true],
    [
      'both parts of one term',
      required({
        matchExpressions: [{ key: 'zone', operator: 'Exists' }],
        matchFields: [{ key: 'metadata.name', operator: 'In', values: ['x'] }],
      }),
      false,
    ],
    [
      'selector and affinity',
      { nodeSelector: { zone: 'b' }, ...required({ matchExpressions: [{ key: 'zone', operator: 'Exists' }] }) },
      false,
    ],
    [
      'only preferred',
      {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, preference: { matchExpressions: [{ key: 'zone', operator: 'In', values: ['b'] }] } },
            ],
          },
        },
      },
      true,
    ],
  ];
  for (const [title, spec, isFit] of cases) it(title, () => assert.equal(judge(pod(spec)), isFit ? 'fits' : AFFINITY));
});

describe('misfit(), taints and cordons', () => {
  const tainted = (...taints: readonly Loose[]): Partial<NodeView> => ({ node: node({ taints }) });
  const TAINT = 'node(s) had untolerated taint(s)';
  const NO_SCHEDULE = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
  const cases: readonly (readonly [string, readonly Loose[], readonly Loose[], boolean])[] = [
    ['no toleration', [], [NO_SCHEDULE], false],
    ['NoExecute too', [], [{ key: 'x', effect: 'NoExecute' }], false],
    ['PreferNoSchedule keeps nobody away', [], [{ key: 'x', effect: 'PreferNoSchedule' }], true],
    ['Equal', [{ key: 'gpu', operator: 'Equal', value: 'yes', effect: 'NoSchedule' }], [NO_SCHEDULE], true],
    ['Equal is what is meant without an operator', [{ key: 'gpu', value: 'yes' }], [NO_SCHEDULE], true],
    ['another value', [{ key: 'gpu', value: 'no' }], [NO_SCHEDULE], false],
    ['Exists', [{ key: 'gpu', operator: 'Exists' }], [NO_SCHEDULE], true],
    ['everything', [{ operator: 'Exists' }], [NO_SCHEDULE, { key: 'x', effect: 'NoExecute' }], true],
    ['another effect', [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }], [NO_SCHEDULE], false],
    ['one of two', [{ key: 'gpu', operator: 'Exists' }], [NO_SCHEDULE, { key: 'x', effect: 'NoExecute' }], false],
    ['no value on either side', [{ key: 'x' }], [{ key: 'x', effect: 'NoSchedule' }], true],
    ['an operator of another time', [{ key: 'gpu', operator: 'Gt', value: '1' }], [NO_SCHEDULE], false],
  ];
  for (const [title, tolerations, taints, isFit] of cases) {
    it(title, () => assert.equal(judge(pod({ tolerations }), tainted(...taints)), isFit ? 'fits' : TAINT));
  }

  it('a cordoned node takes only Pods that tolerate it', () => {
    const cordoned = { node: node({ unschedulable: true }) };
    assert.equal(judge(pod(), cordoned), 'node(s) were unschedulable');
    assert.equal(
      judge(pod({ tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' }] }), cordoned),
      'fits',
    );
  });
});

const asking = (cpu: string, memory = '0'): Loose => ({ resources: { requests: { cpu, memory } } });

describe('podRequests()', () => {
  const cases: readonly (readonly [string, Loose, string])[] = [
    ['containers sum up', { containers: [asking('100m'), asking('1')] }, '1100'],
    ['an init container counts where it is the most', { initContainers: [asking('2')], containers: [asking('1')] }, '2000'],
    ['init containers run one after the other', { initContainers: [asking('2'), asking('2')], containers: [asking('1')] }, '2000'],
    [
      'a sidecar runs beside the containers',
      { initContainers: [{ ...asking('1'), restartPolicy: 'Always' }], containers: [asking('1')] },
      '2000',
    ],
    [
      'and beside the init containers after it, not before',
      { initContainers: [asking('3'), { ...asking('1'), restartPolicy: 'Always' }, asking('3')], containers: [asking('1')] },
      '4000',
    ],
    ['the overhead is added', { containers: [asking('1')], overhead: { cpu: '250m' } }, '1250'],
    [
      'what the Pod asks for comes in place of the sum',
      { containers: [asking('1')], resources: { requests: { cpu: '3' } }, overhead: { cpu: '1' } },
      '4000',
    ],
    ['nothing', { containers: [{}] }, '0'],
  ];
  for (const [title, spec, millis] of cases) {
    it(title, () => assert.equal(String((podRequests(pod(spec)).get('cpu') ?? 0n) / 1_000_000n), millis));
  }
});

describe('misfit(), resources', () => {
  const cases: readonly (readonly [string, Loose, readonly ApiPod[], string])[] = [
    ['all of it', { containers: [asking('4', '8Gi')] }, [], 'fits'],
    ['a bit more', { containers: [asking('4001m', '8Gi')] }, [], 'Insufficient cpu'],
    ['what is left', { containers: [asking('1')] }, [pod({ containers: [asking('3')] })], 'fits'],
    ['more than is left', { containers: [asking('1001m')] }, [pod({ containers: [asking('3')] })], 'Insufficient cpu'],
    ['everything that is short', { containers: [asking('5', '9Gi')] }, [], 'Insufficient cpu, Insufficient memory'],
    [
      'what the node has not',
      { containers: [{ resources: { requests: { 'example.com/gpu': '1' } } }] },
      [],
      'Insufficient example.com/gpu',
    ],
    ['nothing, on a node that gave away more than it has', { containers: [{}] }, [pod({ containers: [asking('9')] })], 'fits'],
  ];
  for (const [title, spec, bound, expected] of cases) it(title, () => assert.equal(judge(pod(spec), { bound }), expected));

  it('no more Pods than the node takes', () => {
    const small = node({}, { pods: '2' });
    assert.equal(judge(pod(), { node: small, bound: [pod()] }), 'fits');
    assert.equal(judge(pod({ containers: [asking('9')] }), { node: small, bound: [pod(), pod()] }), 'Too many pods, Insufficient cpu');
  });

  it('what is admitted one by one never asks for more than there is', () => {
    const anyPod = fc.record({ cpu: fc.integer({ min: 0, max: 3000 }), init: fc.integer({ min: 0, max: 5000 }) });
    fc.assert(
      fc.property(fc.array(anyPod, { maxLength: 20 }), (wishes) => {
        const bound: ApiPod[] = [];
        for (const { cpu, init } of wishes) {
          const one = pod({ containers: [asking(`${cpu}m`)], initContainers: [asking(`${init}m`)] });
          if (misfit(one, view({ bound })) === undefined) bound.push(one);
          else
            assert.ok(
              Math.max(cpu, init) + bound.reduce((total, other) => total + Number((podRequests(other).get('cpu') ?? 0n) / 1_000_000n), 0) >
                4000,
            );
        }
        const total = bound.reduce((sum, other) => sum + (podRequests(other).get('cpu') ?? 0n), 0n);
        assert.ok(total <= 4_000_000_000n);
      }),
    );
  });
});

describe('misfit(), host ports', () => {
  const port = (hostPort: number, more: Loose = {}): Loose => ({
    containers: [{ ports: [{ containerPort: 1, protocol: 'TCP', hostPort, ...more }] }],
  });
  const TAKEN = "node(s) didn't have free ports for the requested pod ports";
  const cases: readonly (readonly [string, Loose, Loose, boolean])[] = [
    ['the same', port(80), port(80), false],
    ['another', port(80), port(81), true],
    ['another protocol', port(80), port(80, { protocol: 'UDP' }), true],
    ['two addresses', port(80, { hostIP: '10.0.0.1' }), port(80, { hostIP: '10.0.0.2' }), true],
    ['one of all addresses', port(80, { hostIP: '10.0.0.1' }), port(80, { hostIP: '0.0.0.0' }), false],
    ['no host port', port(0), port(0), true],
    [
      'a sidecar’s',
      port(80),
      { containers: [{}], initContainers: [{ restartPolicy: 'Always', ports: [{ containerPort: 1, protocol: 'TCP', hostPort: 80 }] }] },
      false,
    ],
    [
      'an init container’s is free by then',
      port(80),
      { containers: [{}], initContainers: [{ ports: [{ containerPort: 1, protocol: 'TCP', hostPort: 80 }] }] },
      true,
    ],
  ];
  for (const [title, wanted, taken, isFit] of cases) {
    it(title, () => assert.equal(judge(pod(wanted), { bound: [pod(taken)] }), isFit ? 'fits' : TAKEN));
  }
});

describe('misfitMessage()', () => {
  const message = (one: ApiPod, more: Partial<NodeView> = {}): string => {
    const found = misfit(one, view(more)) ?? assert.fail('it fits');
    return misfitMessage(one, view(more), found);
  };
  const HELPLESS = 'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';

  it('is upstream’s', () => {
    assert.equal(message(pod({ nodeSelector: { a: 'b' } })), `0/1 nodes are available: 1 ${AFFINITY}. ${HELPLESS}`);
    assert.equal(
      message(pod({ containers: [asking('9', '9Gi')] })),
      `0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. ${HELPLESS}`,
    );
    const full = { bound: [pod({ containers: [asking('4')] })] };
    assert.equal(
      message(pod({ containers: [asking('1')] }), full),
      '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    );
    assert.equal(
      message(pod({ containers: [asking('1')], preemptionPolicy: 'Never' }), full),
      '0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.',
    );
  });

  it('says what hooklet does not do where upstream would end other Pods', () => {
    const full = { bound: [pod({ containers: [asking('4')] })] };
    const words = 'Pods of lower priority are in its way, and hooklet ends none for it: delete them.';
    assert.equal(
      message(pod({ containers: [asking('1')], priority: 7 }), full),
      `0/1 nodes are available: 1 Insufficient cpu. preemption: ${words}`,
    );
    const busy = { bound: [pod({ containers: [asking('4')], priority: 9 }), pod()] };
    assert.match(message(pod({ containers: [asking('1')], priority: 7 }), busy), /No preemption victims found/);
  });
});
