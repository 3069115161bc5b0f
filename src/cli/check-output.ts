/** Checks before a run starts what would otherwise fail later: its files, and the program of `--on-rotate`. @module */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { messageOf, StackError } from '../base/errors.ts';
import { checkOutputFile } from '../pcap/index.ts';
import type { OutputFiles } from './capture/output-options.ts';
import type { StatisticsTarget } from './capture/statistics-file.ts';
import type { CommandContext } from './context.ts';

/** The search path of execvp(3) when the environment has none. */
const DEFAULT_PATH = '/bin:/usr/bin';

/** @throws StackError `USAGE` for a capture file to a terminal; `FILE_CREATE`; `PROGRAM` */
export function checkOutput(
  output: OutputFiles | undefined,
  statistics: StatisticsTarget | undefined,
  { stdout }: CommandContext,
): void {
  if (output?.path === '-' && stdout.isTerminal) {
    throw new StackError(
      'USAGE',
      'cannot write a capture file to a terminal; redirect standard output, or name a file (-w FILE)',
    );
  }
  checkHook(output);
  if (statistics !== undefined && statistics.path !== '-') checkOutputFile(statistics.path);
}

/** Checks that the user of the process can run the program of `--on-rotate`. @throws StackError `PROGRAM` */
export function checkHook(output: Pick<OutputFiles, 'hook'> | undefined): void {
  if (output?.hook !== undefined) checkProgram(output.hook.program);
}

/** Looks up a program as execvp(3) does. @throws StackError `PROGRAM` */
function checkProgram(name: string): void {
  const isPath = name.includes('/');
  const folders = (process.env['PATH'] ?? DEFAULT_PATH).split(delimiter);
  let problem: unknown;
  for (const path of isPath ? [name] : folders.map((folder) => join(folder, name))) {
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return;
    } catch (error) {
      problem = error;
    }
  }
  if (!isPath) {
    throw new StackError('PROGRAM', `cannot run ${name} (--on-rotate): no such program in PATH; specify its path`);
  }
  const reason = problem === undefined ? 'it is not a file' : messageOf(problem);
  throw new StackError('PROGRAM', `cannot run ${name} (--on-rotate): ${reason}`, { cause: problem });
}
