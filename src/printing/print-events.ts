/** `kubectl events` (`kubectl/pkg/cmd/events/event_printer.go`). */
import type { ApiEvent } from '../model/api-objects.ts';
import { eventAge } from './describe/event-lines.ts';
import { TabWriter } from './tab-writer.ts';
import { escapeTerminal } from './terminal-text.ts';

export interface EventPrintOptions {
  readonly noHeaders?: boolean;
  readonly withNamespace?: boolean;
}

const HEADERS = ['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'];

/** Prints events as they come: headers once, and columns that never get narrower. */
export class EventPrinter {
  readonly #options: EventPrintOptions;
  readonly #writer = new TabWriter();
  #hasHeaders = false;

  constructor(options: EventPrintOptions = {}) {
    this.#options = options;
  }

  /** Whole lines with their line breaks. `nowMs` is wall time. */
  print(events: readonly ApiEvent[], nowMs: number): string {
    const rows = events.map((event) => [event.metadata?.namespace ?? '', ...cells(event, nowMs)]);
    if (this.#options.noHeaders !== true && !this.#hasHeaders) rows.unshift(['NAMESPACE', ...HEADERS]);
    this.#hasHeaders = true;
    const lines = rows.map((row) => (this.#options.withNamespace === true ? row : row.slice(1)).join('\t'));
    return this.#writer.align(lines.map((line) => `${line}\n`).join(''));
  }
}

/** In the order in which they happened last. */
export const sortEvents = (events: readonly ApiEvent[]): readonly ApiEvent[] => events.toSorted((a, b) => lastMs(a) - lastMs(b));

function lastMs({ series, lastTimestamp, eventTime }: ApiEvent): number {
  const time = series?.lastObservedTime ?? (lastTimestamp || eventTime);
  return time ? Date.parse(time) : Number.NEGATIVE_INFINITY;
}

function cells(event: ApiEvent, nowMs: number): readonly string[] {
  const { type = '', reason = '', involvedObject, message = '' } = event;
  const object = `${cell(involvedObject?.kind ?? '')}/${cell(involvedObject?.name ?? '')}`;
  return [eventAge(event, nowMs), cell(type), cell(reason), object, cell(message.trim())];
}

/** Its first line; what follows is left out and marked. */
function cell(text: string): string {
  const end = text.search(/[\f\n\r]/);
  return escapeTerminal(end < 0 ? text : `${text.slice(0, end)}...`);
}
