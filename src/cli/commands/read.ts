/** `tapline read`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { parseRead, type ReadArguments, readOptions } from '../file/read-options.ts';

export function readCommand(context: CommandContext): CommandModule<object, ReadArguments> {
  return {
    command: 'read [file] [expression..]',
    describe: 'print the frames of capture files, or write them to other files',
    builder: readOptions,
    async handler(words) {
      const command = parseRead(words);
      const { runRead } = await import('../file/run-read.ts');
      await runRead(command, context);
    },
  };
}
