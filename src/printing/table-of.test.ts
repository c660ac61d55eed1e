import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiObject, TableCell } from '../model/api-objects.ts';
import { tableColumns, tableRow } from './table-of.ts';

const NOW = Date.parse('2026-08-01T12:00:00Z');
const metadata = { name: 'x', creationTimestamp: '2026-08-01T11:55:00Z' };

/** `pkg/printers/internalversion/printers.go`: the columns in their order, those of wide output in brackets. */
const COLUMNS: Readonly<Record<string, string>> = {
  pods: 'Name Ready Status Restarts Age [IP] [Node] [Nominated Node] [Readiness Gates]',
  events: 'Last Seen|Type|Reason|Object|[Subobject]|[Source]|Message|[First Seen]|[Count]|[Name]',
  nodes: 'Name Status Roles Age Version [Internal-IP] [External-IP] [OS-Image] [Kernel-Version] [Container-Runtime]',
  namespaces: 'Name Status Age',
  configmaps: 'Name Data Age',
  secrets: 'Name Type Data Age',
  serviceaccounts: 'Name Secrets Age',
  services: 'Name Type Cluster-IP External-IP Port(s) Age [Selector]',
  replicationcontrollers: 'Name Desired Current Ready Age [Containers] [Images] [Selector]',
  'coordination.k8s.io/leases': 'Name Holder Age',
  'node.k8s.io/runtimeclasses': 'Name Handler Age',
  'scheduling.k8s.io/priorityclasses': 'Name Value Global-Default Age PreemptionPolicy',
  'apps/deployments': 'Name Ready Up-to-date Available Age [Containers] [Images] [Selector]',
  'apps/replicasets': 'Name Desired Current Ready Age [Containers] [Images] [Selector]',
  'apps/statefulsets': 'Name Ready Age [Containers] [Images]',
  'apps/daemonsets': 'Name|Desired|Current|Ready|Up-to-date|Available|Node Selector|Age|[Containers]|[Images]|[Selector]',
  'batch/jobs': 'Name Status Completions Duration Age [Containers] [Images] [Selector]',
  'batch/cronjobs': 'Name|Schedule|Timezone|Suspend|Active|Last Schedule|Age|[Containers]|[Images]|[Selector]',
  'example.com/others': 'Name|Created At',
};

const template = {
  spec: {
    containers: [
      { name: 'a', image: 'a:1' },
      { name: 'b', image: 'b:1' },
    ],
  },
};
const selector = { matchLabels: { app: 'x' }, matchExpressions: [{ key: 'old', operator: 'DoesNotExist' }] };

const ROWS: readonly (readonly [resource: string, object: object, cells: readonly TableCell[]])[] = [
  ['namespaces', { status: { phase: 'Active' } }, ['x', 'Active', '5m']],
  ['configmaps', { data: { a: '', b: '' }, binaryData: { c: '' } }, ['x', 3, '5m']],
  ['configmaps', {}, ['x', 0, '5m']],
  ['secrets', { type: 'Opaque', data: { a: '' } }, ['x', 'Opaque', 1, '5m']],
  ['serviceaccounts', { secrets: [{ name: 's' }] }, ['x', 1, '5m']],
  ['serviceaccounts', {}, ['x', 0, '5m']],
  ['coordination.k8s.io/leases', { spec: { holderIdentity: 'box' } }, ['x', 'box', '5m']],
  ['node.k8s.io/runtimeclasses', { handler: 'runc' }, ['x', 'runc', '5m']],
  ['scheduling.k8s.io/priorityclasses', { value: 1000, preemptionPolicy: 'Never' }, ['x', 1000, false, '5m', 'Never']],
  [
    'services',
    {
      spec: {
        type: 'ClusterIP',
        clusterIPs: ['10.0.0.1'],
        ports: [
          { port: 80, protocol: 'TCP' },
          { port: 53, nodePort: 30053, protocol: 'UDP' },
        ],
        selector: { b: '2', a: '1' },
      },
    },
    ['x', 'ClusterIP', '10.0.0.1', '<none>', '80/TCP,53:30053/UDP', '5m', 'a=1,b=2'],
  ],
  ['services', { spec: { type: 'LoadBalancer' } }, ['x', 'LoadBalancer', '<none>', '<pending>', '<none>', '5m', '<none>']],
  [
    'services',
    {
      spec: { type: 'LoadBalancer', externalIPs: ['1.2.3.4'] },
      status: { loadBalancer: { ingress: [{ hostname: 'b' }, { ip: '9.9.9.9' }] } },
    },
    ['x', 'LoadBalancer', '<none>', '9.9.9.9,b,1.2.3.4', '<none>', '5m', '<none>'],
  ],
  [
    'services',
    { spec: { type: 'ExternalName', externalName: 'example.com' } },
    ['x', 'ExternalName', '<none>', 'example.com', '<none>', '5m', '<none>'],
  ],
  [
    'replicationcontrollers',
    { spec: { replicas: 3, template, selector: { app: 'x' } }, status: { replicas: 2, readyReplicas: 1 } },
    ['x', 3, 2, 1, '5m', 'a,b', 'a:1,b:1', 'app=x'],
  ],
  [
    'apps/replicasets',
    { spec: { replicas: 3, template, selector }, status: { replicas: 2 } },
    ['x', 3, 2, 0, '5m', 'a,b', 'a:1,b:1', 'app=x,!old'],
  ],
  [
    'apps/deployments',
    { spec: { replicas: 3, template, selector }, status: { readyReplicas: 1, updatedReplicas: 2, availableReplicas: 1 } },
    ['x', '1/3', 2, 1, '5m', 'a,b', 'a:1,b:1', 'app=x,!old'],
  ],
  ['apps/statefulsets', { spec: { replicas: 3, template }, status: {} }, ['x', '0/3', '5m', 'a,b', 'a:1,b:1']],
  [
    'apps/daemonsets',
    {
      spec: { template: { spec: { ...template.spec, nodeSelector: { disk: 'ssd' } } }, selector: {} },
      status: { desiredNumberScheduled: 1 },
    },
    ['x', 1, 0, 0, 0, 0, 'disk=ssd', '5m', 'a,b', 'a:1,b:1', '<none>'],
  ],
  [
    'batch/jobs',
    { spec: { completions: 2, template, selector }, status: { succeeded: 1, startTime: '2026-08-01T11:58:00Z' } },
    ['x', 'Running', '1/2', '2m', '5m', 'a,b', 'a:1,b:1', 'app=x,!old'],
  ],
  [
    'batch/jobs',
    {
      spec: { parallelism: 3, template },
      status: {
        startTime: '2026-08-01T11:58:00Z',
        completionTime: '2026-08-01T11:58:30Z',
        conditions: [{ type: 'Failed', status: 'True' }],
      },
    },
    ['x', 'Failed', '0/1 of 3', '30s', '5m', 'a,b', 'a:1,b:1', '<none>'],
  ],
  [
    'batch/jobs',
    { spec: { template }, status: { conditions: [{ type: 'Suspended', status: 'True' }] } },
    ['x', 'Suspended', '0/1', '', '5m', 'a,b', 'a:1,b:1', '<none>'],
  ],
  [
    'batch/cronjobs',
    {
      spec: { schedule: '@hourly', suspend: false, jobTemplate: { spec: { template } } },
      status: { active: [{}], lastScheduleTime: '2026-08-01T11:00:00Z' },
    },
    ['x', '@hourly', '<none>', 'False', 1, '60m', '5m', 'a,b', 'a:1,b:1', '<none>'],
  ],
  ['example.com/others', {}, ['x', '2026-08-01T11:55:00Z']],
];

describe('tableColumns()', () => {
  for (const [resource, wanted] of Object.entries(COLUMNS)) {
    it(`gives those of ${resource}`, () => {
      const names = wanted.includes('|') ? wanted.split('|') : wanted.match(/\[[^\]]*\]|\S+/g);
      const shown = tableColumns(resource).map(({ name, priority }) => (priority === 0 ? name : `[${name}]`));
      deepEqual(shown, names);
    });
  }

  it('marks the one that names the object, gives types, and describes each', () => {
    for (const resource of Object.keys(COLUMNS)) {
      const columns = tableColumns(resource);
      equal(columns.filter(({ format }) => format === 'name').length, 1, resource);
      ok(
        columns.every(({ description, priority }) => description !== '' && (priority === 0 || priority === 1)),
        resource,
      );
    }
    const types = (resource: string) => Object.fromEntries(tableColumns(resource).map(({ name, type }) => [name, type]));
    deepEqual(types('replicationcontrollers')['Desired'], 'integer');
    deepEqual(types('scheduling.k8s.io/priorityclasses'), {
      Name: 'string',
      Value: 'integer',
      'Global-Default': 'boolean',
      Age: 'string',
      PreemptionPolicy: 'string',
    });
    deepEqual(types('example.com/others'), { Name: 'string', 'Created At': 'date' });
    // As upstream: numbers that are shown beside text.
    deepEqual(types('events')['Count'], 'string');
    deepEqual(types('pods')['Restarts'], 'string');
  });
});

describe('tableRow()', () => {
  for (const [resource, object, cells] of ROWS) {
    it(`prints ${resource}: ${cells.join(' ')}`, () => {
      const row = tableRow(resource, { ...object, metadata } as ApiObject, NOW);
      deepEqual(row, { cells });
      equal(row.cells.length, tableColumns(resource).length);
    });
  }

  for (const resource of Object.keys(COLUMNS)) {
    it(`gives a cell for every column of an empty object of ${resource}`, () => {
      const { cells } = tableRow(resource, {}, NOW);
      equal(cells.length, tableColumns(resource).length);
      ok(cells.every((cell) => cell !== undefined));
    });
  }

  it('marks Pods that have ended', () => {
    const row = (phase: string) => tableRow('pods', { metadata, status: { phase } } as ApiObject, NOW).conditions;
    deepEqual(row('Succeeded'), [
      { type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' },
    ]);
    deepEqual(row('Failed'), [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }]);
    equal(row('Running'), undefined);
  });

  it('prints all that is known of a Pod', () => {
    const pod = {
      metadata,
      spec: { nodeName: 'box', containers: [{ name: 'a' }], readinessGates: [{ conditionType: 'x' }, { conditionType: 'y' }] },
      status: {
        phase: 'Running',
        podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }],
        nominatedNodeName: 'other',
        conditions: [{ type: 'x', status: 'True' }],
        containerStatuses: [
          {
            name: 'a',
            ready: true,
            restartCount: 2,
            state: { running: {} },
            lastState: { terminated: { exitCode: 1, finishedAt: '2026-08-01T11:59:15Z' } },
          },
        ],
      },
    };
    const cells = ['x', '1/1', 'Running', '2 (45s ago)', '5m', '10.0.0.1', 'box', 'other', '1/2'];
    deepEqual(tableRow('pods', pod as ApiObject, NOW).cells, cells);
  });

  it('prints nodes by their Ready condition', () => {
    const cells = (status: object, spec: object = {}) => tableRow('nodes', { metadata, status, spec } as ApiObject, NOW).cells;
    const ready = (status: string) => ({
      conditions: [
        { type: 'DiskPressure', status: 'False' },
        { type: 'Ready', status },
      ],
    });
    deepEqual(cells(ready('True')).slice(0, 5), ['x', 'Ready', '<none>', '5m', '']);
    deepEqual(cells(ready('Unknown'))[1], 'NotReady');
    deepEqual(cells({})[1], 'Unknown');
    deepEqual(cells(ready('True'), { unschedulable: true })[1], 'Ready,SchedulingDisabled');
  });

  it('prints events of the older and of the newer kind', () => {
    const about = {
      involvedObject: { kind: 'Pod', name: 'web', fieldPath: 'spec.containers{a}' },
      metadata,
      type: 'Normal',
      reason: 'Started',
    };
    const older = {
      ...about,
      source: { component: 'kubelet', host: 'box' },
      message: ' went on\n',
      firstTimestamp: '2026-08-01T11:50:00Z',
      lastTimestamp: '2026-08-01T11:59:00Z',
      count: 3,
    };
    deepEqual(tableRow('events', older as ApiObject, NOW).cells, [
      '60s',
      'Normal',
      'Started',
      'pod/web',
      'spec.containers{a}',
      'kubelet, box',
      'went on',
      '10m',
      3,
      'x',
    ]);
    const newer = {
      ...about,
      involvedObject: { kind: 'Node' },
      reportingComponent: 'hooklet',
      eventTime: '2026-08-01T11:50:00.000000Z',
      firstTimestamp: null,
      lastTimestamp: null,
    };
    deepEqual(tableRow('events', newer as unknown as ApiObject, NOW).cells, [
      '10m',
      'Normal',
      'Started',
      'node',
      '',
      'hooklet',
      '',
      '10m',
      1,
      'x',
    ]);
    const series = { ...newer, series: { count: 5, lastObservedTime: '2026-08-01T11:59:30.000000Z' } };
    deepEqual(
      tableRow('events', series as unknown as ApiObject, NOW).cells.filter((_, index) => [0, 7, 8].includes(index)),
      ['30s', '10m', 5],
    );
  });

  it('prints <unknown> for an age without a time', () => {
    deepEqual(tableRow('namespaces', { metadata: { name: 'x', creationTimestamp: null } }, NOW).cells, ['x', '', '<unknown>']);
  });
});
