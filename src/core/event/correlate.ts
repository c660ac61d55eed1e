/**
 * Which events of a Pod become records, and with which count: the rules of `client-go/tools/record/events_cache.go`. There
 * they are applied in memory, and a kubelet that restarts counts from 1 again. Here they are applied to what the journal
 * holds of the Pod, so that counting goes on.
 *
 * C1 An event that is told again (same container, type, reason and message) is the same event with a greater count.
 * C2 From the tenth message of one type and reason on, none of them later than 10 min after the one before it, the events
 *    are combined into one that shows the newest message.
 * C3 Of each type a Pod may tell 25 events at once, and one every 5 min after that. What is more is dropped.
 * C4 All of it is bounded: what was not told for the longest time is forgotten first, and would be counted from 1 again.
 *
 * Two appends that run side by side do not see each other's events: C2 and C3 may come into force one event late.
 */
import { combinedMessage, type EventType, eventIdentity, ownMessage } from '../../model/event-identity.ts';
import type { EventFact, EventNews } from '../journal-record.ts';

const COMBINED_FROM = 10;
const SIMILAR_WITHIN_MS = 600_000;
const BURST = 25;
const MS_PER_EVENT = 300_000;
/** client-go remembers 4096 events of all objects together. */
const REMEMBERED = 100;

export interface EventHistory {
  /** By `eventIdentity`, the one that was told longest ago first. */
  readonly told: ReadonlyMap<string, { readonly count: number; readonly wallMs: number }>;
  /** The different messages of late, by type and reason. */
  readonly similar: Readonly<Record<string, SimilarEvents>>;
  readonly allowances: Readonly<Partial<Record<EventType, Allowance>>>;
}

interface SimilarEvents {
  readonly messages: readonly string[];
  readonly wallMs: number;
}

/** How many events could be told at that moment; grows with time. */
interface Allowance {
  readonly left: number;
  readonly wallMs: number;
}

export const NO_EVENTS: EventHistory = { told: new Map(), similar: {}, allowances: {} };

/** The event as it is to be recorded; undefined when it is one too many. */
export function correlate(events: EventHistory, news: EventNews, wallMs: number): EventFact | undefined {
  if (allowanceAt(events, news.eventType, wallMs) < 1) return undefined;
  const isOneOfMany = messagesWith(events, news, wallMs).length >= COMBINED_FROM;
  const event = isOneOfMany ? { ...news, message: combinedMessage(news.message) } : news;
  return { ...event, count: (events.told.get(eventIdentity(event))?.count ?? 0) + 1 };
}

/** The history once `event` was recorded. */
export function foldEvent(events: EventHistory, event: EventFact, wallMs: number): EventHistory {
  const identity = eventIdentity(event);
  const others = [...events.told].filter(([other]) => other !== identity);
  const messages = messagesWith(events, { ...event, message: ownMessage(event.message) }, wallMs);
  return {
    told: new Map([...others.slice(1 - REMEMBERED), [identity, { count: event.count, wallMs }]]),
    // Nine are enough to know a tenth by.
    similar: { ...events.similar, [similarity(event)]: { messages: messages.slice(1 - COMBINED_FROM), wallMs } },
    allowances: { ...events.allowances, [event.eventType]: { left: allowanceAt(events, event.eventType, wallMs) - 1, wallMs } },
  };
}

/** The same event was told less than `withinMs` ago. */
export function wasTold(
  events: EventHistory,
  news: EventNews,
  { wallMs, withinMs }: { readonly wallMs: number; readonly withinMs: number },
): boolean {
  const told = events.told.get(eventIdentity(news));
  return told !== undefined && Math.abs(wallMs - told.wallMs) < withinMs;
}

const similarity = ({ eventType, reason }: Pick<EventNews, 'eventType' | 'reason'>): string => `${eventType}/${reason}`;

/** The messages that count as similar, this one included and last. */
function messagesWith({ similar }: EventHistory, news: EventNews, wallMs: number): readonly string[] {
  const known = similar[similarity(news)];
  if (known === undefined || wallMs - known.wallMs > SIMILAR_WITHIN_MS) return [news.message];
  return [...known.messages.filter((message) => message !== news.message), news.message];
}

/** A clock that was set back gives nothing and takes nothing. */
function allowanceAt({ allowances }: EventHistory, type: EventType, wallMs: number): number {
  const known = allowances[type];
  return known === undefined ? BURST : Math.min(BURST, known.left + Math.max(0, wallMs - known.wallMs) / MS_PER_EVENT);
}
