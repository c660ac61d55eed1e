import type { NewFact } from '../core/journal-record.ts';
import type { PodHistory } from '../core/pod/pod-history.ts';
import type { ProbeStanding } from '../core/probe/probe-standing.ts';
import type { Pod } from '../model/pod.ts';

/**
 * The probes of one Pod as its worker sees them. They run beside the worker's loop; whatever they learn wakes it, and is
 * taken by it, so that the Pod's history is written by one hand.
 */
export interface WorkerProbes {
  /** Begins and ends probing so that exactly those instances are probed that should be. Called once a turn; cheap when nothing changed. */
  reconcile(pod: Pod, history: PodHistory): void;
  standings(): readonly ProbeStanding[];
  /** What failed attempts have to tell, each given out once. */
  takeFacts(): readonly NewFact[];
  /** Ends all probing. */
  end(): void;
}
