/** The Kubernetes events that hooklet records (`lifecycle.md` 13), counted by what the journal has of them. */

import { type Pod, podKey } from '../model/pod.ts';
import type { EventFact, HookName } from './journal-record.ts';
import { eventKey, type PodHistory } from './pod/pod-history.ts';

export function eventFact(history: PodHistory, event: Omit<EventFact, 'type' | 'count'>): EventFact {
  return { type: 'event', ...event, count: (history.eventCounts[eventKey(event)] ?? 0) + 1 };
}

interface HookFailure {
  readonly container: string;
  readonly hook: HookName;
  /** The error class ("command exited with 3"): no duration, attempt or address, so that repetitions count as one. */
  readonly why: string;
}

/** Upstream's words first, whole; then what helps, the same at every repetition. Never the hook's output. */
export function hookFailureMessage(upstream: string, pod: Pod, { container, hook, why }: HookFailure): string {
  return `${upstream}: ${why}; its output: hooklet hooks output ${podKey(pod)} -c ${container} --hook ${hook}`;
}
