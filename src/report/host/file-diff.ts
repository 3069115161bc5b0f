/** A file before and after a change. @module */
import { printable } from '../../base/text.ts';
import type { PersistentFile } from '../../configure/index.ts';

/** Formats the lines that are removed and added, in the style of diff(1); equal lines at both ends are context. */
export function formatFileDiff({ path, text, before }: PersistentFile): string {
  const name = printable(path);
  const old = before === undefined ? [] : linesOf(before);
  const next = linesOf(text);
  let start = 0;
  while (start < Math.min(old.length, next.length) && old[start] === next[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, next.length) - start && old.at(-1 - end) === next.at(-1 - end)) end += 1;
  const body = [
    ...next.slice(0, start).map((line) => ` ${line}`),
    ...old.slice(start, old.length - end).map((line) => `-${line}`),
    ...next.slice(start, next.length - end).map((line) => `+${line}`),
    ...next.slice(next.length - end).map((line) => ` ${line}`),
  ];
  const head = [`--- ${before === undefined ? '/dev/null' : name}`, `+++ ${name}`];
  return [...head, ...body].map((line) => `${printable(line)}\n`).join('');
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}
