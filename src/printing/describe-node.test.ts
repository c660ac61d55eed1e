import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiNode, ApiPod, ApiPodSpec } from '../model/api-objects.ts';
import { canonicalQuantity } from '../model/quantity.ts';
import { type Amounts, podAmounts } from './describe/pod-resources.ts';
import { describeNode } from './describe-node.ts';

const NOW = Date.parse('2026-08-01T12:00:00Z');
const node: ApiNode = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'box' }, status: { capacity: { cpu: '2', memory: '4Gi' } } };

function pod(spec: Partial<ApiPodSpec>): ApiPod {
  const metadata = { name: 'web', namespace: 'default', creationTimestamp: '2026-08-01T11:00:00Z' };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [], ...spec } };
}

const asks = (cpu: string, memory: string, more: object = {}) => ({ name: 'c', resources: { requests: { cpu, memory } }, ...more });

const texts = (amounts: Amounts): Readonly<Record<string, string>> =>
  Object.fromEntries([...amounts].map(([name, amount]) => [name, canonicalQuantity(amount)]));

describe('podAmounts()', () => {
  const sidecar = { restartPolicy: 'Always' };
  const cases: readonly (readonly [what: string, spec: Partial<ApiPodSpec>, cpu: string, memory: string])[] = [
    ['adds containers up', { containers: [asks('100m', '64Mi'), asks('1', '64Mi')] }, '1100m', '128Mi'],
    ['takes an init container that asks for more', { initContainers: [asks('2', '16Mi')], containers: [asks('1', '64Mi')] }, '2', '64Mi'],
    ['adds sidecars to the containers', { initContainers: [asks('1', '16Mi', sidecar)], containers: [asks('1', '64Mi')] }, '2', '80Mi'],
    [
      'adds the sidecars before it to an init container',
      { initContainers: [asks('1', '16Mi', sidecar), asks('3', '16Mi')], containers: [asks('1', '64Mi')] },
      '4',
      '80Mi',
    ],
    [
      'does not add the sidecars after it',
      { initContainers: [asks('3', '16Mi'), asks('1', '16Mi', sidecar)], containers: [asks('1', '64Mi')] },
      '3',
      '80Mi',
    ],
    ['adds what the sandbox costs', { overhead: { cpu: '50m', memory: '10Mi' }, containers: [asks('1', '64Mi')] }, '1050m', '74Mi'],
    ['takes what the Pod itself asks for', { resources: { requests: { cpu: '5' } }, containers: [asks('1', '64Mi')] }, '5', '64Mi'],
  ];
  for (const [what, spec, cpu, memory] of cases) it(what, () => deepEqual(texts(podAmounts(pod(spec)).requests), { cpu, memory }));

  it('adds the overhead only to limits that are there', () => {
    const limits = { name: 'c', resources: { limits: { cpu: '1' } } };
    deepEqual(texts(podAmounts(pod({ overhead: { cpu: '50m', memory: '10Mi' }, containers: [limits] })).limits), { cpu: '1050m' });
  });
});

describe('describeNode()', () => {
  const surroundings = { lease: { error: 'leases.coordination.k8s.io "box" not found' }, pods: [], events: [] };
  const tail = (text: string, from: string): readonly string[] => text.slice(text.indexOf(from)).trimEnd().split('\n');

  it('relates what Pods ask for to what the node has', () => {
    const text = describeNode(node, { ...surroundings, pods: [pod({ containers: [asks('500m', '1Gi')] })] }, NOW);
    deepEqual(tail(text, 'Non-terminated'), [
      'Non-terminated Pods:          (1 in total)',
      '  Namespace                   Name    CPU Requests  CPU Limits  Memory Requests  Memory Limits  Age',
      '  ---------                   ----    ------------  ----------  ---------------  -------------  ---',
      '  default                     web     500m (25%)    0 (0%)      1Gi (25%)        0 (0%)         60m',
      'Allocated resources:',
      '  (Total limits may be over 100 percent, i.e., overcommitted.)',
      '  Resource           Requests    Limits',
      '  --------           --------    ------',
      '  cpu                500m (25%)  0 (0%)',
      '  memory             1Gi (25%)   0 (0%)',
      '  ephemeral-storage  0 (0%)      0 (0%)',
      'Events:              <none>',
    ]);
  });

  it('says why there is no lease, and that Pods may not be seen', () => {
    const text = describeNode(node, { ...surroundings, pods: undefined, events: undefined }, NOW);
    match(text, /^Lease: +Failed to get lease: leases\.coordination\.k8s\.io "box" not found$/m);
    equal(tail(text, 'Pods:')[0]?.replace(/ +/, ' '), 'Pods: not authorized');
  });

  it('takes a node that has told nothing yet', () => {
    const text = describeNode({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'new' } }, surroundings, NOW);
    match(text, /^Roles: +<none>$/m);
    match(text, /^ {2}cpu +0 \(0%\) +0 \(0%\)$/m);
  });
});
