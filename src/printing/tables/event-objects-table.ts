import type { ApiEvent } from '../../model/api-objects.ts';
import { ageText } from '../age-text.ts';
import { column, NAME, type ResourceTable, WIDE } from './column.ts';

export const eventObjectsTable: ResourceTable<ApiEvent> = {
  columns: [
    column('Last Seen', 'How long ago it happened last'),
    column('Type', 'Normal or Warning'),
    column('Reason', 'What happened, in one word'),
    column('Object', 'What it happened to'),
    column('Subobject', 'The part of the object that it is about', WIDE),
    column('Source', 'Who told it', WIDE),
    column('Message', 'What happened'),
    column('First Seen', 'How long ago it happened first', WIDE),
    column('Count', 'How often it happened', WIDE),
    { ...NAME, ...WIDE },
  ],

  row(event, nowMs) {
    const { involvedObject, series } = event;
    const first = event.firstTimestamp ? event.firstTimestamp : event.eventTime;
    const last = series === undefined ? (event.lastTimestamp ? event.lastTimestamp : first) : series.lastObservedTime;
    return {
      cells: [
        ageText(last, nowMs),
        event.type ?? '',
        event.reason ?? '',
        objectText(involvedObject?.kind ?? '', involvedObject?.name ?? ''),
        involvedObject?.fieldPath ?? '',
        sourceText(event),
        (event.message ?? '').trim(),
        ageText(first, nowMs),
        // Told once by the newer API, it carries no count.
        (series === undefined ? event.count : series.count) || 1,
        event.metadata?.name ?? '',
      ],
    };
  },
};

const objectText = (kind: string, name: string): string => (name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`);

function sourceText({ source, reportingComponent, reportingInstance }: ApiEvent): string {
  const component = source?.component || (reportingComponent ?? '');
  const host = source?.host || (reportingInstance ?? '');
  return host === '' ? component : `${component}, ${host}`;
}
