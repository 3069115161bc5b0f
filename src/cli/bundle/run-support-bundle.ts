/** Runs `tapline support-bundle`. @module */
import { open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { messageOf, StackError } from '../../base/errors.ts';
import { formatColumns } from '../../report/index.ts';
import type { CommandContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { askLine, isInteractive } from '../host/ask-line.ts';
import { reportHost } from './host-report.ts';
import { redactSecrets } from './secrets.ts';
import { type BundleFile, fileToCopy, writeBundle } from './write-bundle.ts';

/** A parsed command line. */
export interface SupportBundleCommand {
  /** Undefined: a name with the host and the time, in the current folder. */
  readonly path: string | undefined;
  readonly captures: readonly string[];
  readonly logs: readonly string[];
  readonly netns: string | undefined;
  /** Writes without a question. */
  readonly isConfirmed: boolean;
}

/** The end of a log, in bytes. */
const LOG_LENGTH = 1 << 20;

export async function runSupportBundle(command: SupportBundleCommand, context: CommandContext): Promise<void> {
  if (!command.isConfirmed && !isInteractive(context)) {
    throw new StackError('USAGE', 'support-bundle asks before it writes; without a terminal, add --yes');
  }
  const { stdout, clock } = context;
  const time = clock.wallTime();
  const folder = `tapline-support-${safeName(hostname())}-${new Date(time).toISOString().replace(/[-:]|\.\d+/g, '')}`;
  const path = command.path ?? `${folder}.tar.gz`;
  const { files, removed } = await gather(command);
  stdout.write(contentsText(files, removed));
  if (!command.isConfirmed && !/^y(es)?$/i.test((await askLine(`Write ${path}? [N]> `, context)).trim())) {
    stdout.write('nothing was written\n');
    process.exitCode = ExitCode.failure;
    return;
  }
  const about = { format: 'tapline support bundle 1', created: new Date(time).toISOString(), removedSecrets: removed };
  await writeBundle(path, { files, folder, time, about });
  stdout.write(`wrote ${path}\n`);
}

/** Makes the files of the bundle, and counts the secrets that were removed from logs. */
async function gather({ netns, captures, logs }: SupportBundleCommand) {
  const files: BundleFile[] = (await reportHost(netns)).map(({ name, description, text }) =>
    textFile(name, description, text),
  );
  let removed = 0;
  const names = new Set<string>();
  for (const path of captures) {
    files.push(await fileToCopy(path, uniqueName(`captures/${safeName(basename(path))}`, names), 'capture, unchanged'));
  }
  for (const path of logs) {
    const log = redactSecrets(await readEnd(path));
    removed += log.removed;
    files.push(textFile(uniqueName(`logs/${safeName(basename(path))}`, names), `last part of ${path}`, log.text));
  }
  return { files, removed };
}

function textFile(name: string, description: string, text: string): BundleFile {
  const content = Buffer.from(text);
  return { name, description, size: content.length, content };
}

const MAX_NAME = 40;

/** Returns a file name for any system, without a leading dot. */
function safeName(name: string): string {
  return (
    name
      .replace(/[^A-Za-z0-9._-]/g, '_')
      .replace(/^\.+/, '_')
      .slice(0, MAX_NAME) || '_'
  );
}

function uniqueName(name: string, used: Set<string>): string {
  let unique = name;
  for (let number = 2; used.has(unique); number += 1) unique = `${name}-${number}`;
  used.add(unique);
  return unique;
}

/** @throws StackError `FILE_OPEN` */
async function readEnd(path: string): Promise<string> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    const length = Math.min(size, LOG_LENGTH);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } catch (cause) {
    throw new StackError('FILE_OPEN', `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}

const COLUMNS = [{ title: 'File' }, { title: 'Bytes', right: true }, { title: 'Contents' }];

function contentsText(files: readonly BundleFile[], removed: number): string {
  const rows = files.map(({ name, size, description }) => [name, size.toLocaleString('en-US'), description]);
  const manifest = ['manifest.json', '', 'SHA-256 checksums of all files'];
  const secrets = removed === 0 ? '' : `Removed from logs: ${removed} passwords, tokens or keys.\n`;
  return (
    `${formatColumns(COLUMNS, [...rows, manifest], '  ')}` +
    'Left out: environment variables, command lines of processes, configuration files.\n' +
    `${secrets}Addresses, host names and the data in captures are included as they are.\n`
  );
}
