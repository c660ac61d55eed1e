/**
 * What the binder tells of a Pod, as Event objects (`lifecycle.md` 13). Each is named after the Pod and its words, so that
 * whoever tells it again finds it: it is counted, also by a binder that starts anew. Told again soon, it is not written.
 */
import { createHash } from 'node:crypto';
import { answerError, bodyOf, isConflict, isDone, isNotFound, isRefusal } from '../kubeapi/kube-answer.ts';
import { type ApiGround, RetryLoop } from '../kubeapi/retry-loop.ts';
import type { ApiPod } from '../model/api-objects.ts';
import { apiTime } from '../model/api-time.ts';
import { type Fields, numberOf, textOf } from '../model/json-fields.ts';
import { dnsSubdomain } from '../model/name-rules.ts';
import { type KubeApi, STRATEGIC_MERGE_PATCH } from '../ports/kube-api.ts';

export interface SchedulingEvent {
  readonly pod: ApiPod;
  readonly type: 'Normal' | 'Warning';
  readonly reason: 'Scheduled' | 'FailedScheduling';
  readonly message: string;
}

const COMPONENT = 'default-scheduler';
/** Upstream looks at a Pod that does not fit again after so long (`DefaultPodMaxInUnschedulablePodsDuration`). */
export const RETELL_MS = 300_000;
/** Told while the API takes none; the oldest go first. */
const MAX_WAITING = 1000;

export class SchedulingEvents {
  readonly #ground: ApiGround & { readonly api: KubeApi };
  readonly #waiting = new Map<string, { readonly event: SchedulingEvent; readonly toldMs: number }>();
  readonly #loop: RetryLoop;

  constructor(ground: ApiGround & { readonly api: KubeApi }) {
    this.#ground = ground;
    this.#loop = new RetryLoop(ground, { what: 'writing events of the scheduler', attempt: (signal) => this.#writeAll(signal) });
  }

  tell(event: SchedulingEvent): void {
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size >= MAX_WAITING && oldest !== undefined) this.#waiting.delete(oldest);
    this.#waiting.set(nameOf(event), { event, toldMs: this.#ground.clock.now().wallMs });
    this.#loop.poke();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #writeAll(signal: AbortSignal): Promise<void> {
    for (const [name, told] of [...this.#waiting]) {
      await this.#write(name, told.event, told.toldMs, signal);
      if (this.#waiting.get(name) === told) this.#waiting.delete(name);
    }
  }

  async #write(name: string, event: SchedulingEvent, toldMs: number, signal: AbortSignal): Promise<void> {
    const { api, logger } = this.#ground;
    const path = `/api/v1/namespaces/${event.pod.metadata?.namespace ?? ''}/events`;
    let answer = await api.request({ method: 'POST', path, body: eventObject(name, event, toldMs), signal });
    if (isConflict(answer)) answer = await this.#tellAgain(`${path}/${name}`, toldMs, signal);
    if (isDone(answer)) return;
    if (!isRefusal(answer) && !isNotFound(answer)) throw answerError('writing an event of the scheduler', answer);
    logger.warn('the API refuses an event', { reason: event.reason, status: answer.status });
  }

  async #tellAgain(path: string, toldMs: number, signal: AbortSignal): ReturnType<KubeApi['request']> {
    const { api } = this.#ground;
    const found = await api.request({ method: 'GET', path, signal });
    // It expired between the two: the next try creates it.
    if (isNotFound(found)) throw answerError('writing an event of the scheduler', found);
    const body = bodyOf('reading an event of the scheduler', found);
    if (toldMs - Date.parse(textOf(body, 'lastTimestamp')) < RETELL_MS) return found;
    const patch = { count: (numberOf(body, 'count') ?? 1) + 1, lastTimestamp: apiTime(toldMs) };
    return api.request({ method: 'PATCH', path, body: patch, contentType: STRATEGIC_MERGE_PATCH, signal });
  }
}

/** As `<pod>.<hex nanoseconds>`, counted from when the Pod was made. */
function nameOf({ pod, reason, message }: SchedulingEvent): string {
  const { name = '', uid = '', creationTimestamp } = pod.metadata ?? {};
  const hash = createHash('sha256')
    .update(JSON.stringify([uid, reason, message]))
    .digest();
  const madeMs = Date.parse(String(creationTimestamp)) || 0;
  const nanos = BigInt(madeMs) * 1_000_000n + (BigInt(hash.readUInt32BE(0)) % 1_000_000_000n);
  const readable = `${name}.${nanos.toString(16)}`;
  return dnsSubdomain(readable) === undefined ? readable : hash.toString('hex').slice(0, 32);
}

function eventObject(name: string, { pod, type, reason, message }: SchedulingEvent, toldMs: number): Fields {
  const { namespace = '', name: podName = '', uid = '', resourceVersion } = pod.metadata ?? {};
  return {
    kind: 'Event',
    apiVersion: 'v1',
    metadata: { name, namespace },
    involvedObject: {
      kind: 'Pod',
      namespace,
      name: podName,
      uid,
      apiVersion: 'v1',
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    reason,
    message,
    source: { component: COMPONENT },
    firstTimestamp: apiTime(toldMs),
    lastTimestamp: apiTime(toldMs),
    count: 1,
    type,
    eventTime: null,
    reportingComponent: COMPONENT,
    reportingInstance: COMPONENT,
  };
}
