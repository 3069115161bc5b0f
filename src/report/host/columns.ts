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
  const rows = cells.map((row) => row.map(printable));
  const widths = columns.map(({ title, width = 0 }) => Math.max(width, stringWidth(title)));
  for (const row of rows) {
    for (const [column, text] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, stringWidth(text));
  }
  const line = (row: readonly string[]): string => {
    const padded = row.map((text, column) => {
      const padding = ' '.repeat((widths[column] ?? 0) - stringWidth(text));
      return columns[column]?.right === true ? padding + text : text + padding;
    });
    return `${padded.join(gap).trimEnd()}\n`;
  };
  return line(columns.map(({ title }) => title)) + rows.map(line).join('');
}
