/** `tapline sweep`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { parseSweep, SWEEP_EXIT_STATUS, type SweepArguments, sweepOptions } from '../probe/sweep-options.ts';
import type { OwnExitStatus } from '../program.ts';

export function sweepCommand(context: CommandContext): CommandModule<object, SweepArguments> & OwnExitStatus {
  return {
    command: 'sweep [target..]',
    describe: 'find the hosts that reply in networks, ranges or lists',
    exitStatus: SWEEP_EXIT_STATUS,
    builder: sweepOptions,
    async handler(words) {
      const command = parseSweep(words);
      const { runSweep } = await import('../probe/run-sweep.ts');
      await runSweep(command, context);
    },
  };
}
