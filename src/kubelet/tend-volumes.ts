/**
 * What volumes need while their Pod lives: those made from objects follow them, tokens are renewed before they end, and
 * an emptyDir that grew over its limit ends the Pod. Runs beside the worker's loop, one thing at a time.
 */
import { addMs, isReached } from '../core/instant.ts';
import type { Pod, Volume } from '../model/pod.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { WorkerContext } from './worker-context.ts';

/** How often tokens are looked at though no object changed (`kubelet.go`: a Pod is synced every minute). */
const REFRESH_MS = 60_000;
/** How often the size of an emptyDir is looked at (`eviction_manager.go` `monitoringInterval`). */
const MEASURE_MS = 10_000;
/** Of a Pod that is evicted for its own volume (`lifecycle.md` 8). */
const EVICTION_GRACE_SECONDS = 1;

const TASK = 'volumes';

export function tendVolumes(context: WorkerContext): void {
  const { log, tasks, memory, parts } = context;
  const { sandbox, deleting, ending, endedPhase } = log.history;
  if (sandbox === undefined || deleting !== undefined || ending !== undefined || endedPhase !== undefined) return;
  // What becomes stale while it is being brought up to date is so afterwards.
  if (tasks.keys().includes(TASK)) return;
  const now = parts.clock.now();
  const due = memory.volumes;
  if (followsObjects(context.pod) && (due.stale || isReached(due.refreshAt ?? now, now))) {
    due.stale = false;
    due.refreshAt = addMs(now, REFRESH_MS);
    tasks.start(TASK, () => refresh(context));
  } else if (hasLimit(context.pod) && isReached(due.measureAt ?? now, now)) {
    due.measureAt = addMs(now, MEASURE_MS);
    tasks.start(TASK, () => measure(context));
  }
}

async function refresh({ pod, parts, memory }: WorkerContext): Promise<{ readonly facts: readonly [] }> {
  try {
    await parts.volumes.refresh(pod);
  } catch (error) {
    // What containers see is the last state that could be had; the next look tries again.
    parts.logger.warn('a volume could not be brought up to date', { pod: pod.metadata.name, error: messageOf(error) });
    memory.volumes.refreshAt = addMs(parts.clock.now(), MEASURE_MS);
  }
  return { facts: [] };
}

async function measure({ pod, parts, memory }: WorkerContext): Promise<{ readonly facts: readonly [] }> {
  const overfull = await parts.volumes.findOverfullVolume(pod);
  if (overfull !== undefined) {
    const seenAt = parts.clock.now();
    memory.wantedEnd = { reason: 'Evicted', message: overfull.message, graceSeconds: EVICTION_GRACE_SECONDS, seenAt };
  }
  return { facts: [] };
}

const followsObjects = ({ spec }: Pod): boolean => (spec.volumes ?? []).some(isMadeFromObjects);

const isMadeFromObjects = ({ configMap, secret, downwardAPI, projected }: Volume): boolean =>
  configMap !== undefined || secret !== undefined || downwardAPI !== undefined || projected !== undefined;

const hasLimit = ({ spec }: Pod): boolean =>
  (spec.volumes ?? []).some(({ emptyDir }) => emptyDir?.sizeLimit !== undefined && emptyDir.medium !== 'Memory');

/** Whether a change of this object concerns a volume of the Pod. */
export function usesObject(
  { spec, metadata }: Pod,
  object: { readonly kind: string; readonly namespace: string; readonly name: string },
): boolean {
  if (metadata.namespace !== object.namespace) return false;
  return (spec.volumes ?? []).some((volume) => namesIn(volume, object.kind).includes(object.name));
}

function namesIn({ configMap, secret, projected }: Volume, kind: string): readonly (string | undefined)[] {
  const sources = projected?.sources ?? [];
  if (kind === 'ConfigMap') return [configMap?.name, ...sources.map((source) => source.configMap?.name)];
  return [secret?.secretName, ...sources.map((source) => source.secret?.name)];
}
