/** Tables of text: columns with a least width that grow with their contents. @module */
import stringWidth from 'string-width';
import { printable } from '../../base/text.ts';

/** A column of a table. */
export interface TableColumn {
  readonly title: string;
  /** Least width; 0 by default. */
  readonly width?: number;
  /** Numbers are aligned to the right. */
  readonly right?: boolean;
}

/** Formats a line of titles and a line per row, without spaces at their ends. Cells may be hostile text. */
export function formatColumns(
  columns: readonly TableColumn[],
  cells: readonly (readonly string[])[],
  gap = ' ',
): string {
  const rows = [rowOf(columns.map(({ title }) => title)), ...cells.map(rowOf)];
  const widths = columns.map(({ width = 0 }) => width);
  for (const row of rows) {
    for (let column = 0; column < row.cells.length; column += 1) {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(row, column));
    }
  }
  let text = '';
  for (const row of rows) {
    let line = '';
    for (let column = 0; column < row.cells.length; column += 1) {
      const cell = row.cells[column] ?? '';
      const length = (widths[column] ?? 0) + cell.length - widthOf(row, column);
      if (column > 0) line += gap;
      line += columns[column]?.right === true ? cell.padStart(length) : cell.padEnd(length);
    }
    text += `${line.trimEnd()}\n`;
  }
  return text;
}

interface Row {
  readonly cells: readonly string[];
  /** Every character is as wide as a column; most rows are, and take a tenth of the time. */
  readonly isPlain: boolean;
}

const PLAIN = /^[ -~]*$/;

function rowOf(cells: readonly string[]): Row {
  return PLAIN.test(cells.join('')) ? { cells, isPlain: true } : { cells: cells.map(printable), isPlain: false };
}

function widthOf({ cells, isPlain }: Row, column: number): number {
  const cell = cells[column] ?? '';
  return isPlain ? cell.length : stringWidth(cell);
}
