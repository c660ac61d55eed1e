/**
 * Elastic tab stops, as Go's `text/tabwriter` lays text out and so kubectl: a cell ends with a tab, and the lines that
 * follow one another with a cell in the same column form a block, as wide as its widest cell. The last cell of a line
 * belongs to no column.
 */
export interface TabLayout {
  /** Of a column, its padding included. */
  readonly minWidth: number;
  /** Spaces after the widest cell. */
  readonly padding: number;
}

/** How kubectl lays out what it describes. */
export const DESCRIBE_LAYOUT: TabLayout = { minWidth: 0, padding: 2 };
/** How kubectl lays out what it gets (`cli-runtime/pkg/printers/tabwriter.go`). */
export const GET_LAYOUT: TabLayout = { minWidth: 6, padding: 3 };

/** Lays out whole lines; the text may end without a line break. */
export function alignTabs(text: string, layout: TabLayout = DESCRIBE_LAYOUT): string {
  return align(text, layout, undefined);
}

/** Lays out text piece by piece: a column never gets narrower than it was. */
export class TabWriter {
  readonly #layout: TabLayout;
  readonly #widths: number[] = [];

  constructor(layout: TabLayout = GET_LAYOUT) {
    this.#layout = layout;
  }

  align(text: string): string {
    return align(text, this.#layout, this.#widths);
  }

  /** Something else is printed now: its columns are its own. */
  forget(): void {
    this.#widths.length = 0;
  }
}

function align(text: string, layout: TabLayout, remembered: number[] | undefined): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const padded = lines.map((cells) => [...cells]);
  const columns = Math.max(...lines.map((cells) => cells.length)) - 1;
  for (let column = 0; column < columns; column += 1) {
    for (const [start, end] of blocksOf(lines, column)) {
      const width = blockWidth(lines.slice(start, end), column, {
        ...layout,
        minWidth: Math.max(layout.minWidth, remembered?.[column] ?? 0),
      });
      if (remembered !== undefined) remembered[column] = width;
      for (const cells of padded.slice(start, end)) cells[column] = padTo(cells[column] ?? '', width);
    }
  }
  return padded.map((cells) => cells.join('')).join('\n');
}

/** Where lines with a cell in the column begin and end. */
function* blocksOf(lines: readonly (readonly string[])[], column: number): Generator<readonly [start: number, end: number]> {
  let start: number | undefined;
  for (const [index, cells] of lines.entries()) {
    const hasCell = cells.length > column + 1;
    if (hasCell) start ??= index;
    else if (start !== undefined) {
      yield [start, index];
      start = undefined;
    }
  }
  if (start !== undefined) yield [start, lines.length];
}

const blockWidth = (lines: readonly (readonly string[])[], column: number, { minWidth, padding }: TabLayout): number =>
  lines.reduce((width, cells) => Math.max(width, characters(cells[column] ?? '') + padding), minWidth);

const padTo = (cell: string, width: number): string => cell + ' '.repeat(Math.max(0, width - characters(cell)));

/** Code points, as Go counts them. */
function characters(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index += 1) {
    if (text.charCodeAt(index) >> 10 === 0x36 && text.charCodeAt(index + 1) >> 10 === 0x37) count -= 1;
  }
  return count;
}
