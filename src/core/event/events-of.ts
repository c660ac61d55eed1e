/**
 * The Kubernetes events that each fact brings along (`lifecycle.md` 13.3). They are appended together with it, so that no
 * crash can part them: who records a fact has told its events, and has told them once.
 *
 * Texts: first upstream's words, whole. What hooklet adds follows them and is the same at every repetition: an error
 * class and a command, never the hook's output, a duration or an attempt.
 */
import type { EventType } from '../../model/event-identity.ts';
import { type Pod, podKey } from '../../model/pod.ts';
import { findContainer, restartPolicyOf } from '../../model/pod-containers.ts';
import { failureClass, isOwnTimeout } from '../hook/failure-class.ts';
import type { EventNews, Fact, HookName, NewFact } from '../journal-record.ts';
import type { PodHistory } from '../pod/pod-history.ts';
import { probeEvent } from '../probe/probe-events.ts';
import { goDuration } from './go-duration.ts';

export interface OfPod {
  readonly pod: Pod;
  /** Before the fact. */
  readonly history: PodHistory;
}

type FactOf<T extends Fact['type']> = Extract<Fact, { readonly type: T }>;

/** The fact with its events, in the order in which they are told. */
export function withEvents(fact: NewFact, of: OfPod): readonly NewFact[] {
  const facts = fact.type === 'container.stopping' ? [killing(fact, of.pod), fact] : [fact, ...eventsAfter(fact, of)];
  return facts.map((one) => (one.type === 'event' ? withoutContainerIds(one, of.history) : one));
}

function eventsAfter(fact: NewFact, { pod, history }: OfPod): readonly EventNews[] {
  switch (fact.type) {
    case 'image.pulling':
      return [event(fact, 'Normal', 'Pulling', `Pulling image "${fact.image}"`)];
    case 'image.pulled':
      return [event(fact, 'Normal', 'Pulled', pulledText(fact))];
    case 'image.failed':
      return imageFailed(fact, history);
    case 'container.created':
      return [event(fact, 'Normal', 'Created', 'Container created')];
    case 'container.started':
      return [event(fact, 'Normal', 'Started', 'Container started')];
    case 'container.failed':
      // A failed postStart has told its own event.
      return fact.reason === 'PostStartHookError' ? [] : [event(fact, 'Warning', 'Failed', `Error: ${fact.message}`)];
    case 'container.restarting':
      return backOff(fact, { pod, history });
    case 'pod.ending':
      return [podEnding(fact)];
    case 'hook.finished':
      return hookFinished(fact, pod);
    case 'probe.failed':
      return [probeEvent(fact)];
    default:
      return [];
  }
}

const event = ({ container }: { readonly container: string }, eventType: EventType, reason: string, message: string): EventNews => ({
  type: 'event',
  container,
  eventType,
  reason,
  message,
});

function pulledText({ image, present, durationMs = 0, sizeBytes }: FactOf<'image.pulled'>): string {
  // The words of KubeletEnsureSecretPulledImages, which is on by default.
  if (present) return `Container image "${image}" already present on machine and can be accessed by the pod`;
  const took = goDuration(durationMs);
  // Pulls wait for nothing, so both times are the same.
  const pulled = `Successfully pulled image "${image}" in ${took} (${took} including waiting).`;
  return sizeBytes === undefined ? pulled : `${pulled} Image size: ${sizeBytes} bytes.`;
}

function imageFailed(fact: FactOf<'image.failed'>, { deleting }: PodHistory): readonly EventNews[] {
  const error = event(fact, 'Warning', 'Failed', `Error: ${fact.reason}`);
  if (fact.reason === 'ErrImageNeverPull') return [event(fact, 'Warning', 'ErrImageNeverPull', fact.message), error];
  const failed = [event(fact, 'Warning', 'Failed', `Failed to pull image "${fact.image}": ${fact.message}`), error];
  if (deleting !== undefined) return failed;
  // The wait begins here; upstream tells of it at the next look.
  return [
    ...failed,
    event(fact, 'Normal', 'BackOff', `Back-off pulling image "${fact.image}"`),
    event(fact, 'Warning', 'Failed', 'Error: ImagePullBackOff'),
  ];
}

/** Told before anything of the stop is done, its preStop included (`killContainer`). */
const killing = (fact: FactOf<'container.stopping'>, pod: Pod): EventNews => event(fact, 'Normal', 'Killing', killingText(fact, pod));

/** The messages of `lifecycle.md` 6. */
function killingText({ container, reason }: FactOf<'container.stopping'>, pod: Pod): string {
  const found = findContainer(pod, container);
  const isSidecar = found?.role === 'sidecar';
  const who = isSidecar ? `Init container ${container}` : `Container ${container}`;
  const again = isSidecar ? '' : ', will be restarted';
  switch (reason) {
    case 'podDeleted':
    case 'podCompleted':
    case 'podEnding':
    case 'sandboxLost':
      return `Stopping container ${container}`;
    case 'postStartFailed':
      return 'FailedPostStartHook';
    case 'livenessFailed':
    case 'startupFailed': {
      const probe = reason === 'livenessFailed' ? 'liveness' : 'startup';
      return `${who} failed ${probe} probe${found !== undefined && restartPolicyOf(pod, found) === 'Never' ? '' : again}`;
    }
    case 'imageChanged':
      return `${who} definition changed${again}`;
    case 'restartAllContainers':
      return 'killing';
    default:
      reason satisfies never;
      return '';
  }
}

function podEnding({ reason, message }: FactOf<'pod.ending'>): EventNews {
  return { type: 'event', eventType: reason === 'DeadlineExceeded' ? 'Normal' : 'Warning', reason, message };
}

function backOff(fact: FactOf<'container.restarting'>, { pod, history }: OfPod): readonly EventNews[] {
  // Only what has run and ended is said to fail; a container that cannot be created has its own event.
  if (fact.backoffMs === 0 || history.containers[fact.container]?.run?.phase === 'notCreated') return [];
  const { name, namespace, uid } = pod.metadata;
  const message = `Back-off restarting failed container ${fact.container} in pod ${name}_${namespace}(${uid})`;
  return [event(fact, 'Warning', 'BackOff', message)];
}

const FAILED_HOOK: Readonly<Record<HookName, readonly [reason: string, upstream: string]>> = {
  postStart: ['FailedPostStartHook', 'PostStartHook failed'],
  preStop: ['FailedPreStopHook', 'PreStopHook failed'],
};

function hookFinished(fact: FactOf<'hook.finished'>, pod: Pod): readonly EventNews[] {
  const { hook, outcome } = fact;
  // A cancelled or interrupted hook did not fail: somebody or something else ended it (`lifecycle.md` 16, row 19).
  if (outcome !== 'failed' && outcome !== 'timedOut') return [];
  const [reason, upstream] = FAILED_HOOK[hook];
  return [event(fact, 'Warning', reason, `${upstream}: ${failureText(fact)}${whereToLook(fact, pod)}`)];
}

/** Only a process that ran, and a receiver that answered, left something to look at. */
function whereToLook({ container, hook, exitCode, httpStatus }: FactOf<'hook.finished'>, pod: Pod): string {
  if (exitCode === undefined && httpStatus === undefined) return '';
  return `; its output: hooklet hooks output ${podKey(pod)} -c ${container} --hook ${hook}`;
}

function failureText({ outcome, handler, reason }: FactOf<'hook.finished'>): string {
  if (outcome === 'timedOut' && !isOwnTimeout(reason)) return 'it did not end within the grace period';
  if (reason === undefined) return outcome;
  return handler === 'httpGet' ? failureClass(reason) : reason;
}

/** `recordContainerEvent`: an id differs at every restart and says nothing to anybody; the name stands in its place. */
function withoutContainerIds(news: EventNews, { containers }: PodHistory): EventNews {
  const message = Object.entries(containers).reduce((text, [name, { run }]) => {
    const id = run?.containerId ?? '';
    return id === '' ? text : text.replaceAll(id, name);
  }, news.message);
  return message === news.message ? news : { ...news, message };
}
