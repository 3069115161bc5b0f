/** `tapline read`: the command line; the work is in `run-read.ts`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { type ReadArguments, readOptions } from '../file/read-options.ts';

export function readCommand(context: CommandContext): CommandModule<object, ReadArguments> {
  return {
    command: 'read <file> [expression..]',
    describe: 'print the frames of a capture file, or write them to another (-w)',
    builder: readOptions,
    async handler(words) {
      const { runRead } = await import('../file/run-read.ts');
      await runRead(words, context);
    },
  };
}
