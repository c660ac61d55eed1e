import type { ApiPod, TableRowCondition } from '../../model/api-objects.ts';
import { ageText } from '../age-text.ts';
import { AGE, column, NAME, orNone, type ResourceTable, WIDE } from './column.ts';
import { summarisePod } from './pod-summary.ts';

export const podsTable: ResourceTable<ApiPod> = {
  columns: [
    NAME,
    column('Ready', 'How many of the containers are ready'),
    column('Status', 'What the containers are doing, in one word'),
    column('Restarts', 'How often containers were restarted, and how long ago the last time'),
    AGE,
    column('IP', 'The first address of the Pod', WIDE),
    column('Node', 'The node that runs the Pod', WIDE),
    column('Nominated Node', 'The node that is being cleared for the Pod', WIDE),
    column('Readiness Gates', 'How many of the conditions that the Pod waits for are true', WIDE),
  ],

  row(pod, nowMs) {
    const { status, ready, total, restarts, lastRestart } = summarisePod(pod);
    const conditions = pod.status?.phase === undefined ? undefined : ROW_CONDITIONS[pod.status.phase];
    const cells = [
      pod.metadata?.name ?? '',
      `${ready}/${total}`,
      status,
      restarts > 0 && lastRestart ? `${restarts} (${ageText(lastRestart, nowMs)} ago)` : String(restarts),
      ageText(pod.metadata?.creationTimestamp, nowMs),
      orNone(pod.status?.podIPs?.[0]?.ip),
      orNone(pod.spec?.nodeName),
      orNone(pod.status?.nominatedNodeName),
      readinessGates(pod),
    ];
    return conditions === undefined ? { cells } : { cells, conditions };
  },
};

/** kubectl hides nothing by them any more; other clients grey such rows out. */
const ROW_CONDITIONS: Readonly<Record<string, readonly TableRowCondition[]>> = {
  Succeeded: [{ type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' }],
  Failed: [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }],
};

function readinessGates({ spec, status }: ApiPod): string {
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const met = gates.filter(({ conditionType }) => status?.conditions?.find(({ type }) => type === conditionType)?.status === 'True');
  return `${met.length}/${gates.length}`;
}
