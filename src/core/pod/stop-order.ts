/**
 * Who may be sent the stop signal when a whole Pod stops: regular containers at once; a sidecar once all regular containers
 * and the next later sidecar have ended (`kuberuntime_termination_order.go`). PreStop hooks wait for nobody, and when the
 * grace is used up nobody waits any more: that is the caller's to judge.
 */
import { type PodContainer, podContainers } from '../../model/pod-containers.ts';
import { isAlive } from '../container/container-history.ts';
import type { StopReason } from '../journal-record.ts';
import type { PodView } from './pod-view.ts';

/** A stop of one container alone waits for no other. */
const WHOLE_POD: ReadonlySet<StopReason> = new Set(['podDeleted', 'podCompleted', 'podEnding', 'sandboxLost']);

export function mayBeSignalled(view: PodView, container: PodContainer): boolean {
  const reason = view.history.containers[container.spec.name]?.run?.stopping?.reason;
  if (container.role !== 'sidecar' || reason === undefined || !WHOLE_POD.has(reason)) return true;
  const containers = podContainers(view.pod);
  const sidecars = containers.filter(({ role }) => role === 'sidecar');
  const next = sidecars[sidecars.findIndex(({ spec }) => spec.name === container.spec.name) + 1];
  const before = [...containers.filter(({ role }) => role === 'regular'), ...(next === undefined ? [] : [next])];
  return !before.some(({ spec }) => isAlive(view.history.containers[spec.name]?.run));
}
