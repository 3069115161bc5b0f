/** The result of a flush of network caches. @module */
import type { FlushResult } from '../../inspect/index.ts';
import { formatColumns, type TableColumn } from './columns.ts';

const COLUMNS: readonly TableColumn[] = [
  { title: 'Cache', width: 22 },
  { title: 'Before', width: 7, right: true },
  { title: 'Flushed', width: 7, right: true },
  { title: 'Kept', width: 7, right: true },
  { title: 'After', width: 7, right: true },
];

/** Formats a line per cache. */
export function formatFlush(results: readonly FlushResult[]): string {
  const rows = results.map(({ cache, before, kept, after }) => {
    const figures = [before, before - kept, kept, after ?? '-'];
    return [cache, ...figures.map(String)];
  });
  return formatColumns(COLUMNS, rows);
}
