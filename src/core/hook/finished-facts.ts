/** What the end of a delivery is in the journal: its outcome, and the event that people see in `kubectl describe pod`. */

import type { Pod } from '../../model/pod.ts';
import { eventFact, hookFailureMessage } from '../event.ts';
import type { Fact } from '../journal-record.ts';
import type { PodHistory } from '../pod/pod-history.ts';

type Finished = Extract<Fact, { type: 'hook.finished' }>;

export function finishedFacts({ pod, history }: { readonly pod: Pod; readonly history: PodHistory }, finished: Finished): readonly Fact[] {
  const { container, hook, outcome } = finished;
  // A cancelled or interrupted hook did not fail: somebody or something else ended it (`lifecycle.md` 16, row 19).
  if (outcome !== 'failed' && outcome !== 'timedOut') return [finished];
  const [reason, upstream] =
    hook === 'postStart' ? ['FailedPostStartHook', 'PostStartHook failed'] : ['FailedPreStopHook', 'PreStopHook failed'];
  const why = outcome === 'timedOut' ? 'it did not end within the grace period' : (finished.reason ?? outcome);
  const message = hookFailureMessage(upstream, pod, { container, hook, why });
  return [finished, eventFact(history, { container, eventType: 'Warning', reason, message })];
}
