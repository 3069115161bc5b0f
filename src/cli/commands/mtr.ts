/** `tapline mtr`: the command line; the work is in `run-mtr.ts`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { type MtrArguments, mtrOptions } from '../probe/mtr-options.ts';

export function mtrCommand(context: CommandContext): CommandModule<object, MtrArguments> {
  return {
    command: 'mtr <host>',
    describe: 'watch the path to a host: loss and round trips at each hop',
    builder: mtrOptions,
    async handler(words) {
      const { runMtr } = await import('../probe/run-mtr.ts');
      await runMtr(words, context);
    },
  };
}
