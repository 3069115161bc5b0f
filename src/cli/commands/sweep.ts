/** `tapline sweep`: the command line; the work is in `run-sweep.ts`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { type SweepArguments, sweepOptions } from '../probe/sweep-options.ts';

export function sweepCommand(context: CommandContext): CommandModule<object, SweepArguments> {
  return {
    command: 'sweep [target..]',
    describe: 'who answers in a network, a range, or a list',
    builder: sweepOptions,
    async handler(words) {
      const { runSweep } = await import('../probe/run-sweep.ts');
      await runSweep(words, context);
    },
  };
}
