import { hasChanged } from '../core/pod/take-over.ts';
import { isNodeCondition } from '../core/status/conditions.ts';
import { isSameStatus, podStatus } from '../core/status/pod-status.ts';
import type { Pod } from '../model/pod.ts';
import type { PodStatus } from '../model/pod-status.ts';
import type { RuntimeSight } from './observe-pod.ts';
import type { WorkerContext } from './worker-context.ts';

/** The prefix of container ids, as the API writes them. */
const RUNTIME_NAME = 'containerd';

/** Tells the Pod's owner its status whenever it is another one than was told last. */
export class StatusPublisher {
  #told: PodStatus | undefined;

  publish({ pod, log, parts }: WorkerContext, sight: RuntimeSight): void {
    const { reports, source, clock, host } = parts;
    if (reports === undefined || log.history.accepted === undefined) return;
    const owned = source.get(pod.metadata.uid)?.pod;
    const status = podStatus({
      pod: asObserved(pod, owned),
      history: log.history,
      sandboxReady: sight.sandboxes[0]?.ready === true,
      nowMs: clock.now().wallMs,
      previous: this.#known(source.get(pod.metadata.uid)?.status),
      runtimeName: RUNTIME_NAME,
      hostIPs: host.addresses,
    });
    if (this.#told !== undefined && isSameStatus(this.#told, status)) return;
    this.#told = status;
    reports.status(pod.metadata.uid, status);
  }

  /** What was told last, with the conditions that others have written since; at first, what an earlier agent told. */
  #known(owned: PodStatus | undefined): PodStatus {
    const told = this.#told ?? { ...NOTHING_KNOWN, ...owned };
    const own = (told.conditions ?? []).filter(({ type }) => isNodeCondition(type));
    const foreign = (owned?.conditions ?? []).filter(({ type }) => !isNodeCondition(type));
    return { ...told, conditions: [...own, ...foreign] };
  }
}

const NOTHING_KNOWN: PodStatus = { phase: 'Pending', conditions: [] };

/** A delete is a generation of its own, though it changes nothing of what was accepted. */
function asObserved(pod: Pod, owned: Pod | undefined): Pod {
  const generation = owned?.metadata.generation;
  if (owned === undefined || generation === undefined || hasChanged(pod, owned)) return pod;
  return { ...pod, metadata: { ...pod.metadata, generation } };
}
