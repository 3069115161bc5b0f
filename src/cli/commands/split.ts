/** `tapline split`. @module */
import type { CommandModule } from 'yargs';
import { StackError } from '../../base/errors.ts';
import type { CommandContext } from '../context.ts';
import { parseRead, type ReadArguments, readOptions } from '../file/read-options.ts';

/** The same as `tapline read -w` with a rotation, which it requires. */
export function splitCommand(context: CommandContext): CommandModule<object, ReadArguments> {
  return {
    command: 'split <file> [expression..]',
    describe: 'write a capture file as several, by size (-C), time (-G) or number of frames (--rotate-packets)',
    builder: readOptions,
    async handler(words) {
      const command = parseRead(words);
      if (command.output?.series.rotation === undefined) {
        throw new StackError('USAGE', 'split needs -w NAME and one of -C SIZE, -G SECONDS or --rotate-packets N');
      }
      const { runRead } = await import('../file/run-read.ts');
      await runRead(command, context);
    },
  };
}
