/** Options that operations of `tapline diagnostic network` share. @module */
import type { Argv } from 'yargs';
import { optionGroup } from '../option-group.ts';

/** Titles in `--help`. */
export const DiagnosticGroup = {
  caches: 'Caches (flush, arpshow, ndpshow):',
  output: 'Output:',
} as const;

export type DiagnosticWords = ReturnType<typeof diagnosticOptions> extends Argv<infer Words> ? Words : never;

/** Declares section, operation and the shared options. */
export function diagnosticOptions<T>(command: Argv<T>) {
  const caches = optionGroup(DiagnosticGroup.caches);
  const output = optionGroup(DiagnosticGroup.output);
  return command
    .positional('section', { type: 'string', describe: 'network; without it, the menu' })
    .positional('operation', { type: 'string', describe: 'operation of the section; without it, its menu' })
    .positional('argument', { type: 'string', array: true, default: [] as string[], describe: 'its arguments' })
    .option('I', caches.value('entries of this interface only', { alias: 'interface' }))
    .option('n', output.flag('do not convert addresses to names'))
    .option('json', output.flag('print JSON'))
    .option('csv', output.flag('print comma-separated values (RFC 4180)'));
}
