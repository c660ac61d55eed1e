/**
 * The events of one Pod as the API is to show them, folded from the journal: each once, with how often it was told. Pure:
 * the same records give the same events, in a running agent and in one that starts after a crash.
 */
import type { PodRecord } from '../core/journal-record.ts';
import { type EventType, eventIdentity } from '../model/event-identity.ts';
import type { Pod } from '../model/pod.ts';

export interface ToldEvent {
  /** What makes it one event, however often it is told (`eventIdentity`). */
  readonly identity: string;
  readonly container?: string;
  readonly eventType: EventType;
  readonly reason: string;
  /** The newest words of a combined one. */
  readonly message: string;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly firstMs: number;
  /** How many events of this Pod were first told in the same millisecond before it. */
  readonly rank: number;
  readonly lastMs: number;
}

export interface EventPage {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** As it was accepted; absent when nothing of that is known. */
  readonly pod?: Pod;
  readonly removed: boolean;
  /** By identity, the one that was told longest ago first. */
  readonly told: ReadonlyMap<string, ToldEvent>;
}

/** The journal counts from 1 again what it was not told for the longest time: the same bound as in `core/event/correlate.ts`. */
const REMEMBERED = 100;

export function emptyPage({ uid, pod }: Pick<PodRecord, 'uid' | 'pod'>): EventPage {
  const [namespace = '', name = ''] = pod.split('/', 2);
  return { uid, namespace, name, removed: false, told: new Map() };
}

export function foldEventPage(page: EventPage, record: PodRecord): EventPage {
  switch (record.type) {
    case 'pod.accepted':
    case 'pod.updated':
      return { ...page, pod: record.spec };
    case 'pod.removed':
      return { ...page, removed: true };
    case 'event':
      return withEvent(page, record);
    default:
      return page;
  }
}

function withEvent(page: EventPage, record: Extract<PodRecord, { type: 'event' }>): EventPage {
  const { container, eventType, reason, message, count } = record;
  const identity = eventIdentity(record);
  const lastMs = Date.parse(record.time);
  const before = page.told.get(identity);
  // A count that starts over is that of a new event.
  const isNew = count === 1 || before === undefined;
  const others = [...page.told].filter(([other]) => other !== identity);
  const event: ToldEvent = {
    identity,
    ...(container === undefined ? {} : { container }),
    eventType,
    reason,
    message,
    count,
    firstMs: isNew ? lastMs : before.firstMs,
    rank: isNew ? others.filter(([, { firstMs }]) => firstMs === lastMs).length : before.rank,
    lastMs,
  };
  return { ...page, told: new Map([...others.slice(1 - REMEMBERED), [identity, event]]) };
}
