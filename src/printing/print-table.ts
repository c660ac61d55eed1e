/** How kubectl prints a Table that a server answered (`cli-runtime/pkg/printers/tableprinter.go`). */
import type { ApiTable, ApiTableRow, TableCell, TableColumn } from '../model/api-objects.ts';
import { labelsText } from './label-text.ts';
import { TabWriter } from './tab-writer.ts';
import { escapeTerminal } from './terminal-text.ts';

export interface TablePrintOptions {
  /** All columns, not only those of priority 0. */
  readonly wide?: boolean;
  readonly noHeaders?: boolean;
  /** A column with the namespace, first. */
  readonly withNamespace?: boolean;
  /** Put before each name, as `pod` in `pod/web`: several kinds are printed. */
  readonly kind?: string;
  /** A column for each of these labels. */
  readonly labelColumns?: readonly string[];
  /** A column with all labels, last. */
  readonly showLabels?: boolean;
}

/**
 * Prints the tables of one resource one after the other: the headers once, and columns that never get narrower. So a
 * watch can go on below the list it began with.
 */
export class TablePrinter {
  readonly #options: TablePrintOptions;
  readonly #writer = new TabWriter();
  #columns: readonly TableColumn[] = [];
  #hasHeaders = false;

  constructor(options: TablePrintOptions = {}) {
    this.#options = options;
  }

  /** Whole lines with their line breaks; empty for a table without rows. */
  print(table: ApiTable): string {
    // In a watch only the first event carries the columns.
    const columns = table.columnDefinitions.length === 0 ? this.#columns : table.columnDefinitions;
    if (!isSame(columns, this.#columns)) this.#hasHeaders = false;
    this.#columns = columns;
    if (table.rows.length === 0) return '';
    const lines = table.rows.map((row) => this.#line(row));
    if (this.#options.noHeaders !== true && !this.#hasHeaders) lines.unshift(this.#headers().join('\t'));
    this.#hasHeaders = true;
    return this.#writer.align(`${lines.join('\n')}\n`);
  }

  #headers(): readonly string[] {
    const { withNamespace, labelColumns = [], showLabels } = this.#options;
    return [
      ...(withNamespace === true ? ['NAMESPACE'] : []),
      ...this.#columns.filter((column) => this.#isShown(column)).map(({ name }) => name.toUpperCase()),
      ...labelColumns.map((label) => (label.split('/').at(-1) ?? '').toUpperCase()),
      ...(showLabels === true ? ['LABELS'] : []),
    ];
  }

  #line({ cells, object }: ApiTableRow): string {
    const { withNamespace, kind, labelColumns = [], showLabels } = this.#options;
    const nameIndex = kind === undefined ? -1 : this.#columns.findIndex(({ format, type }) => format === 'name' && type === 'string');
    const labels = object?.metadata?.labels;
    const shown = this.#columns.flatMap((column, index) => {
      if (!this.#isShown(column) || index >= cells.length) return [];
      const text = cellText(cells[index] ?? null);
      return [index === nameIndex ? `${kind}/${text}` : text];
    });
    return [
      ...(withNamespace === true ? [cellText(object?.metadata?.namespace ?? null)] : []),
      ...shown,
      ...labelColumns.map((label) => (labels !== undefined && Object.hasOwn(labels, label) ? cellText(labels[label] ?? null) : '')),
      ...(showLabels === true ? [cellText(labelsText(labels))] : []),
    ].join('\t');
  }

  #isShown({ priority }: TableColumn): boolean {
    return this.#options.wide === true || priority === 0;
  }
}

/** One line of what the cell says; what follows its first line is left out and marked. */
function cellText(cell: TableCell): string {
  if (cell === null) return '';
  const text = String(cell);
  const end = text.search(/[\f\n\r]/);
  return end < 0 ? escapeTerminal(text) : `${escapeTerminal(text.slice(0, end))}...`;
}

const isSame = (a: readonly TableColumn[], b: readonly TableColumn[]): boolean =>
  a === b || (a.length === b.length && a.every((column, index) => isSameColumn(column, b[index])));

const isSameColumn = (a: TableColumn, b: TableColumn | undefined): boolean =>
  a.name === b?.name && a.type === b.type && a.format === b.format && a.priority === b.priority;
