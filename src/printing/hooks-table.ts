import type { DeliveryRow } from './delivery-rows.ts';
import { type CutStream, printKeptStream } from './kept-output.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';
import { printTable } from './table.ts';
import { durationText } from './time-text.ts';

export interface DeliveryOutput {
  readonly stdout: CutStream;
  readonly stderr: CutStream;
}

export interface TableOptions {
  readonly style: Style;
  /** Prints the moment of a start. */
  readonly time: (time: string) => string;
  /** A column for the Pod too. */
  readonly pods: boolean;
}

/** What is shown of one stream below its row; the whole is shown by `hooklet hooks output`. */
const MAX_LINES = 40;

/** One row a delivery, and what it wrote indented below it: `|` for stdout, `!` for stderr. */
export function hooksTable(
  rows: readonly DeliveryRow[],
  outputs: ReadonlyMap<DeliveryRow, DeliveryOutput>,
  options: TableOptions,
): readonly string[] {
  const header = ['CONTAINER', 'HOOK', 'HANDLER', 'ATTEMPT', 'STARTED', 'TOOK', 'OUTCOME', 'EXIT', 'REASON'];
  const [head, ...lines] = printTable([options.pods ? ['POD', ...header] : header, ...rows.map((row) => cells(row, options))]);
  return [
    options.style.strong(head ?? ''),
    ...rows.flatMap((row, index) => [stylised(row, lines[index] ?? '', options.style), ...outputLines(outputs.get(row), options.style)]),
  ];
}

function cells(row: DeliveryRow, { time, pods }: TableOptions): readonly string[] {
  const container = row.restartCount === 0 ? row.container : `${row.container} (restart ${row.restartCount})`;
  const shown = [
    container,
    row.hook,
    row.handler ?? '-',
    row.attempt === 0 ? '-' : String(row.attempt),
    row.startedAt === undefined ? '-' : time(row.startedAt),
    row.durationMs === undefined ? '-' : durationText(row.durationMs),
    row.outcome,
    exitText(row),
    row.reason === row.outcome ? '' : printable(row.reason ?? ''),
  ];
  return pods ? [row.pod, ...shown] : shown;
}

function exitText({ exitCode, httpStatus }: DeliveryRow): string {
  if (exitCode !== undefined) return String(exitCode);
  return httpStatus === undefined ? '-' : `HTTP ${httpStatus}`;
}

function stylised({ outcome }: DeliveryRow, line: string, style: Style): string {
  if (outcome === 'succeeded') return style.good(line);
  if (outcome === 'running') return line;
  return outcome === 'skipped' ? style.warning(line) : style.bad(line);
}

function outputLines(output: DeliveryOutput | undefined, style: Style): readonly string[] {
  if (output === undefined) return [];
  return [...streamLines(output.stdout, '|', style), ...streamLines(output.stderr, '!', style)];
}

function streamLines(stream: CutStream, mark: string, style: Style): readonly string[] {
  const lines = printKeptStream(stream).split('\n');
  if (lines.at(-1) === '') lines.pop();
  const half = MAX_LINES / 2;
  const shown =
    lines.length <= MAX_LINES ? lines : [...lines.slice(0, half), `… ${lines.length - MAX_LINES} lines not shown …`, ...lines.slice(-half)];
  return shown.map((line) => `    ${style.quiet(mark)} ${printable(line, style.colours)}`);
}
