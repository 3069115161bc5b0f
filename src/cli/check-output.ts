/** Checks before a run starts what would otherwise fail in the middle of it: its output, and the program after a file. @module */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { messageOf, StackError } from '../base/errors.ts';
import type { CommandContext } from './context.ts';

/** The search path of execvp(3) when the environment has none. */
const DEFAULT_PATH = '/bin:/usr/bin';

/** @throws StackError `USAGE` for binary data to a terminal; `PROGRAM` */
export function checkOutput(
  words: { readonly w: string | undefined; readonly z: string | undefined },
  { stdout }: CommandContext,
): void {
  if (words.w === '-' && stdout.isTerminal) {
    throw new StackError(
      'USAGE',
      'cannot write a capture file to a terminal: redirect standard output, or name a file (-w FILE)',
    );
  }
  if (words.z !== undefined) checkProgram(words.z);
}

/** Looks a program up as execvp(3) does. @throws StackError `PROGRAM` */
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
    throw new StackError('PROGRAM', `cannot run ${name} (--on-rotate): no such program in PATH; give its path`);
  }
  const reason = problem === undefined ? 'it is not a file' : messageOf(problem);
  throw new StackError('PROGRAM', `cannot run ${name} (--on-rotate): ${reason}`, { cause: problem });
}
