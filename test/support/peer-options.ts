/** The tables of options in docs/capture.md, and the options that tcpdump and dumpcap list. @module */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../../docs/capture.md', import.meta.url));

export type Peer = 'tcpdump' | 'dumpcap';

/** A row of a table. */
export interface OptionRow {
  /** Names of one option of the peer. */
  readonly names: readonly string[];
  /** Words for `tapline capture`, or a whole command line that begins with `tapline`; empty for "no". */
  readonly commands: readonly string[];
  readonly remark: string;
}

/** Reads the table whose first heading is the name of the peer. */
export function optionTable(peer: Peer): OptionRow[] {
  const text = readFileSync(PAGE, 'utf8');
  const [, table = ''] = new RegExp(`^\\| ${peer} \\|.*\\n\\|[- |]*\\n((?:\\|.*\\n)*)`, 'm').exec(text) ?? [];
  const rows = table.split('\n').filter((line) => line !== '');
  return rows.map((line) => {
    const [, names = '', commands = '', remark = ''] = line.split('|').map((cell) => cell.trim());
    if (commands !== 'no' && !commands.startsWith('`')) throw new Error(`neither "no" nor a command: ${line}`);
    return { names: quoted(names), commands: quoted(commands), remark };
  });
}

function quoted(cell: string): string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, text = '']) => text);
}

/** Returns the names of the options that `PROGRAM --help` prints. */
export function listedOptions(peer: Peer, program: string): string[] {
  const { stdout, stderr } = spawnSync(program, ['--help'], { encoding: 'utf8' });
  return peer === 'tcpdump' ? synopsisOptions(stdout + stderr) : listOptions(stdout + stderr);
}

/** `[-AbdDe#] [ -B size ] [--count] [ -i interface ] …` */
function synopsisOptions(text: string): string[] {
  const usage = text.slice(text.indexOf('Usage:'));
  const [, letters = ''] = /\[-([^\s\]]+)\]/.exec(usage) ?? [];
  const others = Array.from(usage.matchAll(/\[ ?(-[A-Za-z]|--[a-z-]+)[ \]]/g), ([, name = '']) => name);
  return [...Array.from(letters, (letter) => `-${letter}`), ...others];
}

/** Lines such as `  -s <snaplen>, --snapshot-length <snaplen>`, and `     filesize:NUM - …` below `-a` and `-b`. */
function listOptions(text: string): string[] {
  const names: string[] = [];
  let letter = '';
  for (const line of text.split('\n')) {
    const [, first, second] = /^ {2}(-\w|--[\w-]+)\b(?:.*, (--[\w-]+))?/.exec(line) ?? [];
    if (first !== undefined) {
      letter = first;
      names.push(...[first, second ?? []].flat());
    }
    const [, condition] = /^ {10,}(\w+):\w+ - /.exec(line) ?? [];
    if (condition !== undefined) names.push(`${letter} ${condition}`);
  }
  return names.filter((name) => name !== '-a' && name !== '-b'); // their conditions stand for them
}
