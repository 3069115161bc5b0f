/** Tables whose columns are as wide as their contents. @module */
import stringWidth from 'string-width';

const GAP = '  ';

interface ColumnOptions {
  /** Numbers of the columns that are aligned to the right. */
  readonly right?: ReadonlySet<number>;
  /** Minimum widths. */
  readonly widths?: readonly number[];
}

/** Formats headings and rows, each line without trailing spaces. Ends with a newline. Cells must be printable. */
export function formatColumns(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  { right, widths: least = [] }: ColumnOptions = {},
): string {
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) =>
    lines.reduce((width, line) => Math.max(width, stringWidth(line[column] ?? '')), least[column] ?? 0),
  );
  return lines.map((line) => `${formatLine(line, widths, right)}\n`).join('');
}

function formatLine(line: readonly string[], widths: readonly number[], right?: ReadonlySet<number>): string {
  const cells = widths.map((width, column) => {
    const text = line[column] ?? '';
    const padding = ' '.repeat(width - stringWidth(text));
    return right?.has(column) ? padding + text : text + padding;
  });
  return cells.join(GAP).trimEnd();
}
