import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod } from '../../model/pod.ts';
import { NO_EVENTS } from '../event/correlate.ts';
import { withEvents } from '../event/events-of.ts';
import { EMPTY_HISTORY } from '../pod/pod-history.ts';
import { type ProbeFailed, probeEvent, toldFailures } from './probe-events.ts';

const fact = (more: Partial<ProbeFailed> = {}): ProbeFailed => ({
  type: 'probe.failed',
  container: 'main',
  restartCount: 0,
  probe: 'readiness',
  message: 'why',
  ...more,
});

describe('probeEvent()', () => {
  const EVENTS: readonly (readonly [more: Partial<ProbeFailed>, event: string])[] = [
    [{ result: 'failure' }, 'Warning Unhealthy: Readiness probe failed: why'],
    [{}, 'Warning Unhealthy: Readiness probe failed: why'],
    [{ probe: 'liveness' }, 'Warning Unhealthy: Liveness probe failed: why'],
    [{ probe: 'startup' }, 'Warning Unhealthy: Startup probe failed: why'],
    [{ result: 'unknown' }, 'Warning Unhealthy: Readiness probe errored and resulted in unknown state: why'],
    [{ result: 'warning', probe: 'liveness' }, 'Warning ProbeWarning: Liveness probe warning: why'],
  ];
  for (const [more, event] of EVENTS) {
    it(`tells ${event}`, () => {
      const { eventType, reason, message, container } = probeEvent(fact(more));
      equal(`${eventType} ${reason}: ${message}`, event);
      equal(container, 'main');
    });
  }

  it('goes with its fact, after it', () => {
    const pod = { metadata: { name: 'p', namespace: 'n', uid: 'u' }, spec: { containers: [] } } as unknown as Pod;
    deepEqual(withEvents(fact(), { pod, history: EMPTY_HISTORY }), [fact(), probeEvent(fact())]);
  });
});

describe('toldFailures()', () => {
  it('keeps as many as a Pod may tell events at once', () => {
    const many = Array.from({ length: 40 }, () => fact());
    deepEqual(toldFailures(many, NO_EVENTS, 0), many.slice(0, 25));
  });

  it('keeps nothing where the events before have used that up, and one more after five minutes', () => {
    const events = { ...NO_EVENTS, allowances: { Warning: { left: 0, wallMs: 0 } } };
    deepEqual(toldFailures([fact()], events, 299_999), []);
    deepEqual(toldFailures([fact(), fact()], events, 300_000), [fact()]);
  });
});
