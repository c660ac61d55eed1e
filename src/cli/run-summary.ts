import type { OpenHistory } from '../ports/open-node.ts';
import { type DeliveryRow, DeliveryRows } from '../printing/delivery-rows.ts';
import { type DeliveryOutput, hooksTable } from '../printing/hooks-table.ts';
import { styleOf } from '../printing/style.ts';
import { clockTime } from '../printing/time-text.ts';
import { readJournal } from './read-journal.ts';

/** What every hook of these Pods did, with its output: a table a Pod. */
export async function runSummary(
  history: Pick<OpenHistory, 'journal' | 'hookOutput'>,
  uids: readonly string[],
  colours: boolean,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const uid of uids) {
    const rows = new DeliveryRows();
    for (const { record } of readJournal(history.journal, { uid })) rows.add(record);
    const [first] = rows.list();
    if (first === undefined) continue;
    const outputs = await readOutputs(history, rows.list());
    const style = styleOf(colours);
    lines.push('', style.strong(`Hooks of ${first.pod}`), ...hooksTable(rows.list(), outputs, { style, time: clockTime, pods: false }));
  }
  return lines.length === 0 ? ['', 'No hook was due.'] : lines;
}

async function readOutputs(
  { hookOutput }: Pick<OpenHistory, 'hookOutput'>,
  rows: readonly DeliveryRow[],
): Promise<ReadonlyMap<DeliveryRow, DeliveryOutput>> {
  const outputs = new Map<DeliveryRow, DeliveryOutput>();
  for (const row of rows) {
    // Output that cannot be read must not cost the table.
    const output = row.attempt === 0 ? undefined : await hookOutput.read(row).catch(() => undefined);
    if (output !== undefined) outputs.set(row, output);
  }
  return outputs;
}
