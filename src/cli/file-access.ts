/** `--mode` and `--group`: who may read the files that a run writes. @module */
import { readFileSync } from 'node:fs';
import { defined } from '../base/defined.ts';
import { StackError } from '../base/errors.ts';
import type { FileSinkOptions } from '../pcap/index.ts';

export type FileAccess = Pick<FileSinkOptions, 'mode' | 'group'>;

const GROUP_FILE = '/etc/group';
/** `gid_t` has 32 bits; the largest value means "unchanged" in chown(2). */
const LARGEST_GROUP = 0xffff_fffe;

/** @throws StackError `USAGE` */
export function fileAccess(words: {
  readonly mode: string | undefined;
  readonly group: string | undefined;
}): FileAccess {
  const { mode, group } = words;
  return defined({
    mode: mode === undefined ? undefined : readMode(mode),
    group: group === undefined ? undefined : readGroup(group),
  });
}

function readMode(text: string): number {
  if (/^0?[0-7]{3}$/.test(text)) return Number.parseInt(text, 8);
  throw new StackError('USAGE', `--mode takes three octal digits, 640 for instance, not ${JSON.stringify(text)}`);
}

function readGroup(text: string): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : groupNumber(text);
  if (number !== undefined && number <= LARGEST_GROUP) return number;
  throw new StackError('USAGE', `--group: there is no group ${JSON.stringify(text)} in ${GROUP_FILE}; give its number`);
}

/** Looks a name up in group(5). */
function groupNumber(name: string): number | undefined {
  let lines: string[];
  try {
    lines = readFileSync(GROUP_FILE, 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const fields = lines.map((line) => line.split(':')).find(([group]) => group === name);
  return /^\d+$/.test(fields?.[2] ?? '') ? Number(fields?.[2]) : undefined;
}
