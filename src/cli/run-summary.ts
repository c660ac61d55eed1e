import type { OpenHistory } from '../ports/open-node.ts';
import { type DeliveryRow, DeliveryRows } from '../printing/delivery-rows.ts';
import { EventRows } from '../printing/event-rows.ts';
import { eventsTable } from '../printing/events-table.ts';
import { type DeliveryOutput, hooksTable } from '../printing/hooks-table.ts';
import { styleOf } from '../printing/style.ts';
import { clockTime } from '../printing/time-text.ts';
import { readJournal } from './read-journal.ts';

type History = Pick<OpenHistory, 'journal' | 'hookOutput'>;

export interface SummaryOptions {
  readonly colours: boolean;
  readonly nowWallMs: number;
}

/** What every hook of these Pods did, with its output, and the Pod's events as kubectl shows them: two tables a Pod. */
export async function runSummary(history: History, uids: readonly string[], options: SummaryOptions): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const uid of uids) lines.push(...(await podSummary(history, uid, options)));
  return lines;
}

async function podSummary(history: History, uid: string, { colours, nowWallMs }: SummaryOptions): Promise<readonly string[]> {
  const deliveries = new DeliveryRows();
  const events = new EventRows();
  let pod = '';
  for (const { record } of readJournal(history.journal, { uid })) {
    deliveries.add(record);
    events.add(record);
    pod = record.pod ?? pod;
  }
  const rows = deliveries.list();
  const style = styleOf(colours);
  const hooks = hooksTable(rows, await readOutputs(history, rows), { style, time: clockTime, pods: false });
  return [
    '',
    style.strong(`Hooks of ${pod}`),
    ...(rows.length === 0 ? ['No hook was due.'] : hooks),
    '',
    ...eventsTable(events.list(), nowWallMs),
  ];
}

async function readOutputs({ hookOutput }: History, rows: readonly DeliveryRow[]): Promise<ReadonlyMap<DeliveryRow, DeliveryOutput>> {
  const outputs = new Map<DeliveryRow, DeliveryOutput>();
  for (const row of rows) {
    // Output that cannot be read must not cost the table.
    const output = row.attempt === 0 ? undefined : await hookOutput.read(row).catch(() => undefined);
    if (output !== undefined) outputs.set(row, output);
  }
  return outputs;
}
