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
  rows: readonly (readonly string[])[],
  gap = ' ',
): string {
  const widths = columns.map(({ title, width = 0 }) => Math.max(width, stringWidth(title)));
  const shown = rows.map((row) =>
    row.map((text, column) => {
      const cell = printable(text);
      const width = stringWidth(cell);
      if (width > (widths[column] ?? 0)) widths[column] = width;
      return cell;
    }),
  );
  const line = (row: readonly string[]): string => {
    let text = '';
    for (const [column, cell] of row.entries()) {
      const padding = (widths[column] ?? 0) - stringWidth(cell);
      if (column > 0) text += gap;
      text += columns[column]?.right === true ? ' '.repeat(padding) + cell : cell + ' '.repeat(padding);
    }
    return `${text.trimEnd()}\n`;
  };
  return line(columns.map(({ title }) => title)) + shown.map(line).join('');
}
