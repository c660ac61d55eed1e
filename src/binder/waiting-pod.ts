/** What the binder knows of a Pod, and how it tells a change that matters from one that does not. Pure. */

import type { ApiNode, ApiPod } from '../model/api-objects.ts';
import type { Fields } from '../model/json-fields.ts';
import { priorityOf } from './misfit-message.ts';

/** `pkg/apis/core/types.go` DefaultSchedulerName: Pods of other schedulers are theirs. */
const SCHEDULER = 'default-scheduler';

const nodeOf = ({ spec }: ApiPod): string => spec?.nodeName ?? '';
const isEnded = ({ status }: ApiPod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

export const isWaiting = (pod: ApiPod): boolean =>
  nodeOf(pod) === '' && !isEnded(pod) && pod.metadata?.deletionTimestamp === undefined && pod.spec?.schedulerName === SCHEDULER;

/** It takes up what it asked for, also while it is being deleted. */
export const isBoundTo = (pod: ApiPod, node: string): boolean => nodeOf(pod) === node && !isEnded(pod);

export const isGated = ({ spec }: ApiPod): boolean => (spec?.schedulingGates ?? []).length > 0;

/** The most important first, then who has waited longest (`plugins/queuesort`). */
export function byUrgency(a: ApiPod, b: ApiPod): number {
  const [madeA, madeB] = [String(a.metadata?.creationTimestamp ?? ''), String(b.metadata?.creationTimestamp ?? '')];
  return (
    priorityOf(b) - priorityOf(a) ||
    (madeA < madeB ? -1 : madeA > madeB ? 1 : 0) ||
    ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1)
  );
}

/** Without what the binder never reads: a status has many bytes. */
export function keepPod(object: Fields): ApiPod {
  const { metadata, spec, status } = object as unknown as ApiPod;
  const { name, namespace, uid, resourceVersion, labels, creationTimestamp, deletionTimestamp, generation } = metadata ?? {};
  const conditions = (status?.conditions ?? []).filter(({ type }) => type === 'PodScheduled');
  return {
    metadata: { name, namespace, uid, resourceVersion, labels, creationTimestamp, deletionTimestamp, generation },
    spec,
    status: { phase: status?.phase, conditions },
  } as unknown as ApiPod;
}

/** Another verdict is possible, on this Pod or another, only when this has changed. */
export const digestOfPod = (pod: ApiPod): string =>
  JSON.stringify([
    pod.metadata?.uid,
    pod.metadata?.generation,
    pod.metadata?.labels,
    nodeOf(pod),
    isEnded(pod),
    pod.metadata?.deletionTimestamp !== undefined,
    isWaiting(pod) ? pod.spec : undefined,
  ]);

export const digestOfNode = ({ metadata, spec, status }: ApiNode): string => JSON.stringify([metadata?.labels, spec, status?.allocatable]);
