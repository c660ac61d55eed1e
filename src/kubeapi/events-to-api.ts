/**
 * The events that the journal records → Event objects in the API.
 *
 * E1 Level-triggered: what the journal says of a Pod's events is compared with what the API is known to show of them, and
 *    the difference is written. Where that is not known (after a restart), the API is asked first.
 * E2 Nothing is lost or written twice: the events of a Pod are written in the order in which they were told, under names
 *    that follow from the record. So what the API has tells how far an agent that died had come. (A node that may not list
 *    events writes those of the last hour again under their names, which changes nothing.)
 * E3 The API keeps events for an hour. What was told before is not written again; what is told again then is created anew,
 *    with its count.
 * E4 Bounded: at most 100 events a Pod, of the Pods there are and of the last removed ones; so many writes a second.
 */
import type { JournalRecord, PodRecord } from '../core/journal-record.ts';
import { isFields, listOf, numberOf, textOf } from '../model/json-fields.ts';
import type { Journal } from '../ports/journal.ts';
import { type KubeAnswer, type KubeApi, STRATEGIC_MERGE_PATCH } from '../ports/kube-api.ts';
import { eventName, eventObject, eventPatch } from './api-event.ts';
import { answerError, bodyOf, isConflict, isDone, isNotFound, isRefusal } from './kube-answer.ts';
import { isOfPod, recordsOf, uidsSince } from './pod-records.ts';
import { RateLimit } from './rate-limit.ts';
import { type ApiGround, RetryLoop } from './retry-loop.ts';
import { type EventPage, emptyPage, foldEventPage, type ToldEvent } from './told-events.ts';

export interface EventsToApiParts extends ApiGround {
  readonly api: KubeApi;
  readonly journal: Pick<Journal, 'openPods' | 'read' | 'onRecord'>;
  readonly nodeName: string;
  readonly resourceVersionOf?: (uid: string) => string | undefined;
}

interface Delivery {
  page: EventPage;
  /** The counts that the API shows, by `keyOf`; undefined: it was not asked yet. */
  shown: Map<string, number> | undefined;
}

/** One event object of a Pod. What the journal counts from 1 again is another one. */
const keyOf = ({ firstMs, identity }: ToldEvent): string => `${firstMs} ${identity}`;

/** `cmd/kube-apiserver` --event-ttl. */
const TTL_MS = 3_600_000;
/** `pkg/kubelet/apis/config/v1beta1/defaults.go` eventRecordQPS and eventBurst. */
const RATE = { perSecond: 50, burst: 100 };
/** Pods that are gone, with events that the API did not take yet. */
const MAX_REMOVED = 200;

export class EventsToApi {
  readonly #parts: EventsToApiParts;
  readonly #deliveries = new Map<string, Delivery>();
  /** Those of which something may have to be written. */
  readonly #waiting = new Set<string>();
  readonly #loop: RetryLoop;
  readonly #rate: RateLimit;
  #stopListening: () => void = () => {};

  constructor(parts: EventsToApiParts) {
    this.#parts = parts;
    this.#rate = new RateLimit(parts.clock, RATE);
    this.#loop = new RetryLoop(parts, { what: 'writing events', attempt: (signal) => this.#deliverAll(signal) });
  }

  start(): void {
    this.#stopListening = this.#parts.journal.onRecord(({ record }) => this.#hear(record));
    this.#readJournal();
    this.#loop.poke();
  }

  /** What was not written is written by the next agent. */
  async stop(): Promise<void> {
    this.#stopListening();
    await this.#loop.stop();
  }

  /** Resolves when everything that was told is written. */
  idle(): Promise<void> {
    return this.#loop.idle();
  }

  #hear(record: JournalRecord): void {
    if (!isOfPod(record)) return;
    const known = this.#deliveries.get(record.uid);
    const page = foldEventPage(known?.page ?? emptyPage(record), record);
    // A Pod that begins now has nothing in the API; of any other the API knows more than we do.
    if (known === undefined) this.#deliveries.set(record.uid, { page, shown: record.type === 'pod.accepted' ? new Map() : undefined });
    else known.page = page;
    if (record.type !== 'event' && record.type !== 'pod.removed') return;
    this.#waiting.add(record.uid);
    this.#loop.poke();
  }

  #readJournal(): void {
    const { journal, clock } = this.#parts;
    const open = journal.openPods();
    // Twice as far: what could not be written at its time stands later in the journal than it happened.
    const ended = uidsSince(journal, clock.now().wallMs - 2 * TTL_MS).difference(new Set(open.map(({ uid }) => uid)));
    for (const { records } of open) this.#remember(records);
    for (const uid of ended) this.#remember(recordsOf(journal, uid));
  }

  #remember(records: readonly PodRecord[]): void {
    const [first] = records;
    if (first === undefined) return;
    const page = records.reduce(foldEventPage, emptyPage(first));
    const told = [...page.told.values()];
    const isRecent = told.some((event) => this.#isYoung(event));
    if (!isRecent && page.removed) return;
    this.#deliveries.set(page.uid, { page, shown: isRecent ? undefined : new Map(told.map((event) => [keyOf(event), event.count])) });
    if (isRecent) this.#waiting.add(page.uid);
  }

  #isYoung({ lastMs }: ToldEvent): boolean {
    return this.#parts.clock.now().wallMs - lastMs < TTL_MS;
  }

  async #deliverAll(signal: AbortSignal): Promise<void> {
    this.#boundRemoved();
    for (const uid of [...this.#waiting]) {
      const delivery = this.#deliveries.get(uid);
      if (delivery !== undefined) await this.#deliver(delivery, signal);
      // Something may have been told since the last write.
      if (delivery !== undefined && nextOf(delivery) !== undefined) continue;
      this.#waiting.delete(uid);
      if (delivery?.page.removed === true) this.#deliveries.delete(uid);
    }
  }

  #boundRemoved(): void {
    const removed = [...this.#deliveries.values()].filter(({ page }) => page.removed);
    const tooMany = removed.slice(0, Math.max(0, removed.length - MAX_REMOVED));
    if (tooMany.length > 0)
      this.#parts.logger.warn('events of removed Pods are given up: the API did not take them', { pods: tooMany.length });
    for (const { page } of tooMany) this.#deliveries.delete(page.uid);
  }

  /** More may be told meanwhile: what is next is asked anew each time. */
  async #deliver(delivery: Delivery, signal: AbortSignal): Promise<void> {
    for (let next = nextOf(delivery); next !== undefined; next = nextOf(delivery)) {
      if (delivery.shown === undefined) {
        delivery.shown = await this.#lookUp(delivery.page, signal);
        continue;
      }
      await this.#rate.take(signal);
      await this.#write(delivery, delivery.shown, next, signal);
    }
    forgetOld(delivery);
  }

  /** E2: what is older than the newest that the API shows of this Pod was written once, and has expired or was deleted since. */
  async #lookUp(page: EventPage, signal: AbortSignal): Promise<Map<string, number>> {
    const { namespace, name, uid, told } = page;
    const query = { fieldSelector: `involvedObject.uid=${uid}` };
    await this.#rate.take(signal);
    const answer = await this.#parts.api.request({ method: 'GET', path: pathOf(namespace), query, signal });
    // The node of a cluster may write events, not list them: it then learns from its writes what is there already.
    const body = isRefusal(answer) ? {} : bodyOf(`listing the events of ${namespace}/${name}`, answer);
    const items = listOf(body, 'items').filter(isFields);
    const there = new Map(items.map((item) => [textOf(item, 'metadata', 'name'), item]));
    const ours = [...told.values()].map((event) => ({ event, name: eventName(page, event) }));
    const newest = Math.max(0, ...ours.map((one) => Date.parse(textOf(there.get(one.name), 'lastTimestamp')) || 0));
    const shown = new Map<string, number>();
    for (const { event, name: key } of ours) {
      const item = there.get(key);
      const isPast = !this.#isYoung(event) || Math.floor(event.lastMs / 1000) * 1000 < newest;
      if (item !== undefined) shown.set(keyOf(event), numberOf(item, 'count') ?? 1);
      else if (isPast) shown.set(keyOf(event), event.count);
    }
    return shown;
  }

  async #write({ page }: Delivery, shown: Map<string, number>, event: ToldEvent, signal: AbortSignal): Promise<void> {
    const { api, nodeName, logger } = this.#parts;
    const name = eventName(page, event);
    const path = pathOf(page.namespace);
    const patch = (): Promise<KubeAnswer> =>
      api.request({ method: 'PATCH', path: `${path}/${name}`, body: eventPatch(event), contentType: STRATEGIC_MERGE_PATCH, signal });
    const create = (): Promise<KubeAnswer> => {
      const body = eventObject(page, event, { nodeName, resourceVersion: this.#parts.resourceVersionOf?.(page.uid) });
      return api.request({ method: 'POST', path, body, signal });
    };
    const key = keyOf(event);
    let answer = shown.has(key) ? await patch() : await create();
    if (shown.has(key) && isNotFound(answer)) {
      shown.delete(key);
      answer = await create();
    } else if (!shown.has(key) && isConflict(answer)) {
      // An earlier try was done, though we were not told: with which count is not known.
      shown.set(key, 0);
      answer = await patch();
    }
    // A namespace that is gone or going takes no events: nobody could read them.
    const isLost = isRefusal(answer) || isNotFound(answer);
    if (!isDone(answer) && !isLost) throw answerError(`writing an event of ${page.namespace}/${page.name}`, answer);
    if (isLost)
      logger.warn('the API refuses an event', { pod: `${page.namespace}/${page.name}`, reason: event.reason, status: answer.status });
    shown.set(key, event.count);
  }
}

const pathOf = (namespace: string): string => `/api/v1/namespaces/${namespace}/events`;

/** The one told longest ago of those that the API does not show as they are. */
function nextOf({ page, shown }: Delivery): ToldEvent | undefined {
  return [...page.told.values()].find((event) => shown === undefined || (shown.get(keyOf(event)) ?? 0) < event.count);
}

function forgetOld(delivery: Delivery): void {
  const { page, shown } = delivery;
  if (shown === undefined || shown.size <= page.told.size) return;
  const keys = new Set([...page.told.values()].map(keyOf));
  delivery.shown = new Map([...shown].filter(([key]) => keys.has(key)));
}
