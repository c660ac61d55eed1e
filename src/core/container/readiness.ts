/** The API's `started` and `ready`: told when they change, by what the probes have made of their attempts. */
import type { Fact } from '../journal-record.ts';
import { type Decision, NOTHING, record } from '../step.ts';
import type { RunView } from './container-view.ts';

/** The process runs and its postStart is over: it is started, unless a startup probe has not said so yet. */
export function startedUpStep({ view, run }: RunView): Decision {
  if (view.spec.startupProbe !== undefined && view.role !== 'init' && view.probes.startup !== 'success') return NOTHING;
  // A regular init container is never ready while it runs (`lifecycle.md` 12.4); one with a readiness probe is not yet.
  const isReady = view.role !== 'init' && (view.spec.readinessProbe === undefined || view.probes.readiness === 'success');
  return record(readinessFact({ view, run }, isReady));
}

/** Its readiness probe says something else than the journal. */
export function readinessStep({ view, run }: RunView): Decision {
  const { readiness } = view.probes;
  if (view.spec.readinessProbe === undefined || readiness === undefined || readiness === 'unknown') return NOTHING;
  const isReady = readiness === 'success';
  return isReady === run.isReady ? NOTHING : record(readinessFact({ view, run }, isReady));
}

const readinessFact = ({ view, run }: RunView, isReady: boolean): Fact => ({
  type: isReady ? 'container.ready' : 'container.unready',
  container: view.spec.name,
  restartCount: run.restartCount,
});
