/** What makes Pods. hooklet runs no controllers; their objects may be kept, and are then shown as elsewhere. */
import type {
  ApiCronJob,
  ApiDaemonSet,
  ApiDeployment,
  ApiJob,
  ApiPodSpec,
  ApiReplicaSet,
  ApiReplicationController,
  ApiStatefulSet,
} from '../../model/api-objects.ts';
import { ageText } from '../age-text.ts';
import { humanDuration } from '../human-duration.ts';
import { labelsText, selectorOrNone, selectorText } from '../label-text.ts';
import { AGE, column, NAME, type ResourceTable, WIDE } from './column.ts';

const INTEGER = { type: 'integer' } as const;
const CONTAINERS = column('Containers', 'The names of the containers of its Pods', WIDE);
const IMAGES = column('Images', 'The images of the containers of its Pods', WIDE);
const SELECTOR = column('Selector', 'The labels by which it knows its Pods', WIDE);

interface Template {
  readonly spec?: ApiPodSpec;
}

const containerCells = (template: Template | undefined): readonly [names: string, images: string] => {
  const containers = template?.spec?.containers ?? [];
  return [containers.map(({ name }) => name).join(','), containers.map(({ image }) => image ?? '').join(',')];
};

const REPLICAS = [
  column('Desired', 'How many Pods are wanted', INTEGER),
  column('Current', 'How many Pods there are', INTEGER),
  column('Ready', 'How many Pods are ready', INTEGER),
];

export const replicationControllersTable: ResourceTable<ApiReplicationController> = {
  columns: [NAME, ...REPLICAS, AGE, CONTAINERS, IMAGES, SELECTOR],

  row: ({ metadata, spec, status }, nowMs) => ({
    cells: [
      metadata?.name ?? '',
      spec?.replicas ?? 0,
      status?.replicas ?? 0,
      status?.readyReplicas ?? 0,
      ageText(metadata?.creationTimestamp, nowMs),
      ...containerCells(spec?.template),
      labelsText(spec?.selector),
    ],
  }),
};

export const replicaSetsTable: ResourceTable<ApiReplicaSet> = {
  columns: [NAME, ...REPLICAS, AGE, CONTAINERS, IMAGES, SELECTOR],

  row: ({ metadata, spec, status }, nowMs) => ({
    cells: [
      metadata?.name ?? '',
      spec?.replicas ?? 0,
      status?.replicas ?? 0,
      status?.readyReplicas ?? 0,
      ageText(metadata?.creationTimestamp, nowMs),
      ...containerCells(spec?.template),
      selectorOrNone(spec?.selector),
    ],
  }),
};

export const deploymentsTable: ResourceTable<ApiDeployment> = {
  columns: [
    NAME,
    column('Ready', 'How many of the wanted Pods are ready'),
    column('Up-to-date', 'How many Pods are of the newest template'),
    column('Available', 'How many Pods have been ready long enough'),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
  ],

  row: ({ metadata, spec, status }, nowMs) => ({
    cells: [
      metadata?.name ?? '',
      `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
      status?.updatedReplicas ?? 0,
      status?.availableReplicas ?? 0,
      ageText(metadata?.creationTimestamp, nowMs),
      ...containerCells(spec?.template),
      selectorText(spec?.selector),
    ],
  }),
};

export const statefulSetsTable: ResourceTable<ApiStatefulSet> = {
  columns: [NAME, column('Ready', 'How many of the wanted Pods are ready'), AGE, CONTAINERS, IMAGES],

  row: ({ metadata, spec, status }, nowMs) => ({
    cells: [
      metadata?.name ?? '',
      `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
      ageText(metadata?.creationTimestamp, nowMs),
      ...containerCells(spec?.template),
    ],
  }),
};

export const daemonSetsTable: ResourceTable<ApiDaemonSet> = {
  columns: [
    NAME,
    column('Desired', 'How many nodes should run a Pod', INTEGER),
    column('Current', 'How many nodes run one', INTEGER),
    column('Ready', 'How many of its Pods are ready', INTEGER),
    column('Up-to-date', 'How many Pods are of the newest template', INTEGER),
    column('Available', 'How many Pods have been ready long enough', INTEGER),
    column('Node Selector', 'The labels of the nodes that should run a Pod'),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
  ],

  row: ({ metadata, spec, status }, nowMs) => ({
    cells: [
      metadata?.name ?? '',
      status?.desiredNumberScheduled ?? 0,
      status?.currentNumberScheduled ?? 0,
      status?.numberReady ?? 0,
      status?.updatedNumberScheduled ?? 0,
      status?.numberAvailable ?? 0,
      labelsText(spec?.template?.spec?.nodeSelector),
      ageText(metadata?.creationTimestamp, nowMs),
      ...containerCells(spec?.template),
      selectorOrNone(spec?.selector),
    ],
  }),
};

export const jobsTable: ResourceTable<ApiJob> = {
  columns: [
    NAME,
    column('Status', 'How far it is, in one word'),
    column('Completions', 'How many of the wanted Pods succeeded'),
    column('Duration', 'How long it took, or takes already'),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
  ],

  row: (job, nowMs) => ({
    cells: [
      job.metadata?.name ?? '',
      jobStatus(job),
      completionsText(job),
      durationOf(job, nowMs),
      ageText(job.metadata?.creationTimestamp, nowMs),
      ...containerCells(job.spec?.template),
      selectorOrNone(job.spec?.selector),
    ],
  }),
};

function jobStatus({ metadata, status }: ApiJob): string {
  const has = (type: string): boolean => status?.conditions?.find((one) => one.type === type)?.status === 'True';
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata?.deletionTimestamp) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
  return has('FailureTarget') ? 'FailureTarget' : 'Running';
}

function completionsText({ spec, status }: ApiJob): string {
  const done = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${done}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function durationOf({ status }: ApiJob, nowMs: number): string {
  if (!status?.startTime) return '';
  const end = status.completionTime ? Date.parse(status.completionTime) : nowMs;
  return humanDuration(end - Date.parse(status.startTime));
}

export const cronJobsTable: ResourceTable<ApiCronJob> = {
  columns: [
    NAME,
    column('Schedule', 'When it runs'),
    column('Timezone', 'In which time zone that is meant'),
    column('Suspend', 'Whether it is held', { type: 'boolean' }),
    column('Active', 'How many of its jobs run now', INTEGER),
    column('Last Schedule', 'How long ago it ran last'),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
  ],

  row: ({ metadata, spec, status }, nowMs) => ({
    cells: [
      metadata?.name ?? '',
      spec?.schedule ?? '',
      spec?.timeZone ?? '<none>',
      spec?.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False',
      status?.active?.length ?? 0,
      status?.lastScheduleTime ? ageText(status.lastScheduleTime, nowMs) : '<none>',
      ageText(metadata?.creationTimestamp, nowMs),
      ...containerCells(spec?.jobTemplate?.spec?.template),
      selectorOrNone(spec?.jobTemplate?.spec?.selector),
    ],
  }),
};
