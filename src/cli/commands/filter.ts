/** `tapline filter`: the command line; the work is in `run-filter.ts`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { type FilterArguments, filterOptions } from '../filter/filter-options.ts';

export function filterCommand(context: CommandContext): CommandModule<object, FilterArguments> {
  return {
    command: 'filter [expression..]',
    describe: 'compile a filter; show its program, explain it, or apply it to frames of a file',
    builder: filterOptions,
    async handler(words) {
      const { runFilter } = await import('../filter/run-filter.ts');
      await runFilter(words, context);
    },
  };
}
