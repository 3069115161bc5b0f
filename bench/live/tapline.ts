/** Command lines and output of the built program. @module */
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** Returns a command line that runs `tapline` with `words`; `preload` is a module that Node imports first. */
export function tapline(words: readonly string[], preload?: string): string[] {
  return [process.execPath, ...(preload === undefined ? [] : ['--import', preload]), MAIN, ...words];
}

/** Returns a counter that `tapline capture` prints at its end. */
export function printedCount(standardError: string, counter: 'captured' | 'dropped by kernel'): number {
  return Number(new RegExp(`(\\d+) packets? ${counter}`).exec(standardError)?.[1] ?? Number.NaN);
}
