/** Runs `tapline` in a lab host. @module */
import { fileURLToPath } from 'node:url';
import type { LabHost } from '../../src/lab/index.ts';
import { LabProcess } from './lab-process.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Starts `tapline` with the arguments `words`. */
export function tapline(host: LabHost, ...words: readonly string[]): LabProcess {
  return new LabProcess(host, process.execPath, [MAIN, ...words]);
}

/** Returns the command line of `tapline` with these arguments, to start it by another program. */
export function taplineWords(...words: readonly string[]): string[] {
  return [process.execPath, MAIN, ...words];
}
