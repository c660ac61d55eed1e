/** The Kubernetes events of failed attempts (`pkg/kubelet/prober/prober.go` `probe`). */
import { correlate, type EventHistory, foldEvent } from '../event/correlate.ts';
import type { EventNews, Fact } from '../journal-record.ts';
import type { ProbeKind } from './probe-standing.ts';

export type ProbeFailed = Extract<Fact, { readonly type: 'probe.failed' }>;

const KINDS: Readonly<Record<ProbeKind, string>> = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' };

const WORDS: Readonly<Record<NonNullable<ProbeFailed['result']>, readonly [reason: string, what: string]>> = {
  failure: ['Unhealthy', 'failed'],
  unknown: ['Unhealthy', 'errored and resulted in unknown state'],
  warning: ['ProbeWarning', 'warning'],
};

/** Of every attempt that did not simply succeed, whatever the thresholds make of it. */
export function probeEvent({ container, probe, result = 'failure', message }: ProbeFailed): EventNews {
  const [reason, what] = WORDS[result];
  return { type: 'event', container, eventType: 'Warning', reason, message: `${KINDS[probe]} probe ${what}: ${message}` };
}

/**
 * Those whose event is told. A Pod that waits for another for days fails a probe every second: what the spam filter keeps
 * out of the events is not worth a record either.
 */
export function toldFailures(facts: readonly ProbeFailed[], events: EventHistory, wallMs: number): readonly ProbeFailed[] {
  let history = events;
  return facts.filter((fact) => {
    const event = correlate(history, probeEvent(fact), wallMs);
    if (event !== undefined) history = foldEvent(history, event, wallMs);
    return event !== undefined;
  });
}
