/** What one line can say of a Pod: STATUS, READY and RESTARTS of `kubectl get pods` (`lifecycle.md` 14.1). */
import type { ApiContainerState, ApiContainerStatus, ApiPod } from '../../model/api-objects.ts';
import { laterTime, type MaybeTime } from '../age-text.ts';

export interface PodSummary {
  readonly status: string;
  readonly ready: number;
  /** Regular containers and sidecars. */
  readonly total: number;
  readonly restarts: number;
  /** When the newest of the instances before the present ones ended. */
  readonly lastRestart: MaybeTime;
}

interface Restarts {
  readonly count: number;
  readonly last: MaybeTime;
}

type Summary = Pick<PodSummary, 'status' | 'ready'> & { readonly restarts: Restarts };

export function summarisePod(pod: ApiPod): PodSummary {
  const sidecars = sidecarNames(pod);
  const init = summariseInit(pod, sidecars);
  const isPastInit = !init.isInitializing || hasCondition(pod, 'Initialized');
  const summary = isPastInit ? summariseMain(pod, { ...init, restarts: init.sidecarRestarts }) : init;
  const { count, last } = summary.restarts;
  const total = (pod.spec?.containers?.length ?? 0) + sidecars.size;
  return { status: deletedStatus(pod) ?? summary.status, ready: summary.ready, total, restarts: count, lastRestart: last };
}

function baseStatus({ status }: ApiPod): string {
  const isGated = (status?.conditions ?? []).some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated');
  if (isGated) return 'SchedulingGated';
  return status?.reason || (status?.phase ?? '');
}

interface InitSummary extends Summary {
  readonly isInitializing: boolean;
  readonly sidecarRestarts: Restarts;
}

/** In order, up to the first init container that is not done. */
function summariseInit(pod: ApiPod, sidecars: ReadonlySet<string>): InitSummary {
  let restarts: Restarts = NO_RESTARTS;
  let sidecarRestarts: Restarts = NO_RESTARTS;
  let ready = 0;
  for (const [index, container] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const isSidecar = sidecars.has(container.name);
    restarts = withRestarts(restarts, container);
    if (isSidecar) sidecarRestarts = withRestarts(sidecarRestarts, container);
    const isStarted = isSidecar && container.started === true && container.state?.terminated?.exitCode !== 0;
    if (isStarted && container.ready) ready += 1;
    if (isStarted || container.state?.terminated?.exitCode === 0) continue;
    const status = initStatus(container.state) ?? `Init:${index}/${pod.spec?.initContainers?.length ?? 0}`;
    return { status, ready, restarts, sidecarRestarts, isInitializing: true };
  }
  return { status: baseStatus(pod), ready, restarts, sidecarRestarts, isInitializing: false };
}

function initStatus(state: ApiContainerState | undefined): string | undefined {
  if (state?.terminated) return `Init:${terminatedText(state.terminated)}`;
  const reason = state?.waiting?.reason ?? '';
  return reason === '' || reason === 'PodInitializing' ? undefined : `Init:${reason}`;
}

/** From the last container to the first, so that the first one has the last word. */
function summariseMain(pod: ApiPod, before: Summary): Summary {
  let { status, ready, restarts } = before;
  let failure = '';
  let isAnyRunning = false;
  for (const container of (pod.status?.containerStatuses ?? []).toReversed()) {
    const { state } = container;
    restarts = withRestarts(restarts, container);
    if (state?.waiting?.reason) {
      status = state.waiting.reason;
    } else if (state?.terminated) {
      status = terminatedText(state.terminated);
      if (state.terminated.exitCode !== 0) failure = status;
    } else if (container.ready && state?.running) {
      isAnyRunning = true;
      ready += 1;
    }
  }
  return { status: status === 'Completed' ? completedStatus(pod, failure, isAnyRunning) : status, ready, restarts };
}

/** One container completed; what do the others say? */
function completedStatus(pod: ApiPod, failure: string, isAnyRunning: boolean): string {
  if (isAnyRunning && hasCondition(pod, 'Ready')) return 'Running';
  if (failure !== '') return failure;
  return isAnyRunning ? 'NotReady' : 'Completed';
}

function terminatedText({ reason, signal, exitCode }: NonNullable<ApiContainerState['terminated']>): string {
  if (reason) return reason;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function deletedStatus({ metadata, status }: ApiPod): string | undefined {
  if (!metadata?.deletionTimestamp) return undefined;
  if (status?.reason === 'NodeLost') return 'Unknown';
  return status?.phase === 'Succeeded' || status?.phase === 'Failed' ? undefined : 'Terminating';
}

const NO_RESTARTS: Restarts = { count: 0, last: undefined };

const withRestarts = ({ count, last }: Restarts, container: ApiContainerStatus): Restarts => ({
  count: count + (container.restartCount ?? 0),
  last: laterTime(last, container.lastState?.terminated?.finishedAt),
});

/** Init containers that go on running beside the others. */
const sidecarNames = ({ spec }: ApiPod): ReadonlySet<string> =>
  new Set((spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name));

const hasCondition = ({ status }: ApiPod, name: string): boolean =>
  (status?.conditions ?? []).some((condition) => condition.type === name && condition.status === 'True');
