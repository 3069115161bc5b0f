/** The built program. @module */
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** The words of a command line that runs `tapline` with `words`; `preload` is a module that Node imports first. */
export function tapline(words: readonly string[], preload?: string): string[] {
  return [process.execPath, ...(preload === undefined ? [] : ['--import', preload]), MAIN, ...words];
}

/** The number of packets that `tapline capture` says at its end were `what`. */
export function countTold(told: string, what: 'captured' | 'dropped by kernel'): number {
  return Number(new RegExp(`(\\d+) packets? ${what}`).exec(told)?.[1] ?? Number.NaN);
}
