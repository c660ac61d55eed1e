import type { ApiEvent } from '../../model/api-objects.ts';
import { ageText } from '../age-text.ts';
import { compareText } from '../label-text.ts';
import { type EventLines, line } from './lines.ts';

/** The end of a description. Before kubectl 1.35 the message stood without the part of the object it is about. */
export function eventLines(events: readonly ApiEvent[], nowMs: number): EventLines {
  if (events.length === 0) return { isTable: false, lines: ['Events:\t<none>'] };
  const rows = events.toSorted((a, b) => compareText(a.lastTimestamp ?? '', b.lastTimestamp ?? '')).map((event) => eventRow(event, nowMs));
  const header = ['Type\tReason\tAge\tFrom\tMessage', '----\t------\t----\t----\t-------'];
  return { isTable: true, lines: ['Events:', ...[...header, ...rows].map((text) => line(1, text))] };
}

function eventRow(event: ApiEvent, nowMs: number): string {
  const from = event.source?.component || (event.reportingComponent ?? '');
  return [event.type ?? '', event.reason ?? '', eventAge(event, nowMs), from, messageText(event)].join('\t');
}

/** "9s (x3 over 40s)": how long ago it happened last, how often, and how long ago it began. */
export function eventAge({ eventTime, firstTimestamp, lastTimestamp, series, count = 0 }: ApiEvent, nowMs: number): string {
  const first = ageText(eventTime ? eventTime : firstTimestamp, nowMs);
  if (series) return `${ageText(series.lastObservedTime, nowMs)} (x${series.count ?? 0} over ${first})`;
  return count > 1 ? `${ageText(lastTimestamp, nowMs)} (x${count} over ${first})` : first;
}

function messageText({ involvedObject, message = '' }: ApiEvent): string {
  const part = involvedObject?.fieldPath ?? '';
  return part === '' ? message.trim() : `${part}: ${message.trim()}`;
}
