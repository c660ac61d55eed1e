/** PostStart: runs beside the ENTRYPOINT, and until it has succeeded the container is not running for anyone. */

import { type Decision, decide, NOTHING, record } from '../step.ts';
import { isPostStartOver } from './container-history.ts';
import type { RunView } from './container-view.ts';
import { startedUpStep } from './readiness.ts';
import { resumeDelivery } from './resume-delivery.ts';
import { beginStop } from './stop.ts';

export function postStartStep(at: RunView): Decision {
  const { view, run } = at;
  const of = { container: view.spec.name, restartCount: run.restartCount };
  const delivery = run.postStart;
  if (view.inFlight.includes('postStart')) return NOTHING;
  if (isPostStartOver(run)) return startedUpStep(at);
  if (delivery === undefined || delivery.state === 'skipped') return NOTHING;
  if (delivery.state === 'started') return resumeDelivery(at, 'postStart');
  if (delivery.state === 'due') {
    return decide({ kind: 'deliverHook', ...of, containerId: run.containerId ?? '', hook: 'postStart', attempt: 1, mode: 'deliver' });
  }
  return failedStep(at, delivery.reason ?? delivery.outcome);
}

/** A failed postStart kills its container (`startContainer`), by a stop like any other. Its event came with the outcome. */
function failedStep(at: RunView, why: string): Decision {
  const { view, run } = at;
  if (run.failed !== undefined) return beginStop(at, 'postStartFailed');
  return record({
    type: 'container.failed',
    container: view.spec.name,
    restartCount: run.restartCount,
    reason: 'PostStartHookError',
    message: why,
  });
}
